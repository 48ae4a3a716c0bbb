package dev.turnkeep.e2e.image;

import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ConstantDescs;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Static initialisers of a jar that make what has no place in an image: threads, randoms, addresses, and objects of types that
 * are initialised when it runs. Followed through all calls whose target is in the jar and named; what is chosen at run time, by
 * overriding or in a lambda, is not seen.
 */
final class Initialisers {
    /** What makes them, by type. */
    private static final Map<String, Set<String>> MAKERS = Map.of(
            "java/lang/Thread",
            Set.of("<init>", "start", "startVirtualThread", "ofVirtual", "ofPlatform"),
            "java/lang/ref/Cleaner",
            Set.of("create"),
            "java/util/Timer",
            Set.of("<init>"),
            "java/util/Random",
            Set.of("<init>"),
            "java/util/SplittableRandom",
            Set.of("<init>"),
            "java/security/SecureRandom",
            Set.of("<init>", "getInstance", "getInstanceStrong"),
            "java/net/InetAddress",
            Set.of("getLocalHost", "getLoopbackAddress", "getByName", "getByAddress", "getAllByName"));

    /** As class files name it. */
    private record Method(String type, String name, String descriptor) {}

    private final Map<String, ClassModel> classes;
    private final AtRunTime atRunTime;
    private final Map<String, Boolean> waiting = new HashMap<>();
    private final Map<String, Map<String, MethodModel>> bodies = new HashMap<>();
    private final Map<Method, Set<Method>> callers = new HashMap<>();
    private final Set<Method> makers = new HashSet<>();
    private final Set<Method> seen = new HashSet<>();
    private final Deque<Method> open = new ArrayDeque<>();

    private Initialisers(Map<String, ClassModel> classes, AtRunTime atRunTime) {
        this.classes = classes;
        this.atRunTime = atRunTime;
    }

    /**
     * The classes whose initialisers do so, by name with slashes.
     *
     * @param classes of one jar
     */
    static Set<String> reaching(Map<String, ClassModel> classes, AtRunTime atRunTime) {
        Initialisers walk = new Initialisers(classes, atRunTime);
        // Most jars make none of it anywhere, and need no walk.
        return classes.values().stream().anyMatch(walk::makes) ? walk.walked() : Set.of();
    }

    private boolean makes(ClassModel type) {
        for (PoolEntry entry : type.constantPool()) {
            if (entry instanceof MemberRefEntry member
                    && made(member.owner().asInternalName(), member.name().stringValue())) {
                return true;
            }
        }
        return false;
    }

    private boolean made(String type, String member) {
        return type.startsWith("java/") ? MAKERS.getOrDefault(type, Set.of()).contains(member) : waits(type);
    }

    private boolean waits(String type) {
        return waiting.computeIfAbsent(type, atRunTime::includes);
    }

    private Set<String> walked() {
        classes.keySet().stream()
                .filter(type -> !waits(type))
                .forEach(type -> enter(
                        new Method(type, ConstantDescs.CLASS_INIT_NAME, ConstantDescs.MTD_void.descriptorString())));
        while (!open.isEmpty()) {
            look(open.remove());
        }
        open.addAll(makers);
        Set<Method> reaching = new HashSet<>(makers);
        while (!open.isEmpty()) {
            callers.getOrDefault(open.remove(), Set.of()).stream()
                    .filter(reaching::add)
                    .forEach(open::add);
        }
        Set<String> types = new TreeSet<>();
        reaching.stream()
                .filter(method -> method.name().equals(ConstantDescs.CLASS_INIT_NAME))
                .forEach(method -> types.add(method.type()));
        return types;
    }

    private void enter(Method method) {
        if (seen.add(method)) {
            open.add(method);
        }
    }

    private void look(Method method) {
        MethodModel body = methods(method.type()).get(method.name() + method.descriptor());
        if (body != null) {
            body.code().ifPresent(code -> code.forEach(element -> look(method, element)));
        }
    }

    private void look(Method from, CodeElement element) {
        if (element instanceof InvokeInstruction call) {
            Method to = new Method(
                    call.owner().asInternalName(),
                    call.name().stringValue(),
                    call.type().stringValue());
            if (made(to.type(), to.name())) {
                makers.add(from);
            } else {
                declared(to).ifPresent(target -> {
                    callers.computeIfAbsent(target, unseen -> new HashSet<>()).add(from);
                    enter(target);
                });
            }
        } else if (element instanceof FieldInstruction field
                && field.opcode() == Opcode.GETSTATIC
                && made(field.owner().asInternalName(), field.name().stringValue())) {
            makers.add(from);
        }
    }

    /** Where the jar has the body of what is called: at the named class or above it. */
    private Optional<Method> declared(Method called) {
        ClassModel type = classes.get(called.type());
        if (type == null) {
            return Optional.empty();
        }
        return methods(called.type()).containsKey(called.name() + called.descriptor())
                ? Optional.of(called)
                : type.superclass()
                        .flatMap(above ->
                                declared(new Method(above.asInternalName(), called.name(), called.descriptor())));
    }

    private Map<String, MethodModel> methods(String type) {
        return bodies.computeIfAbsent(type, name -> {
            Map<String, MethodModel> methods = new HashMap<>();
            ClassModel model = classes.get(name);
            if (model != null) {
                model.methods()
                        .forEach(method -> methods.put(
                                method.methodName().stringValue()
                                        + method.methodType().stringValue(),
                                method));
            }
            return methods;
        });
    }
}
