package dev.turnkeep.e2e.image;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.ReferencedClassObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A native image holds what can be seen to be used when it is built, and objects that static initialisers have made by then.
 * Each method names what breaks that.
 */
final class ClosedWorld {
    private static final String REGISTERED = "io.quarkus.runtime.annotations.RegisterForReflection";
    private static final String NOT_INDEXED = "dev.turnkeep.contracts";
    private static final Set<String> MAPPERS = Set.of(
            "com.fasterxml.jackson.databind.ObjectMapper",
            "com.fasterxml.jackson.databind.ObjectReader",
            "com.fasterxml.jackson.databind.ObjectWriter");
    private static final Set<String> TREES_OR_TEXT =
            Set.of("readTree", "createObjectNode", "createArrayNode", "getNodeFactory", "<init>");

    /** Made when the image is built, they would be the same in each process, or do not work at all. */
    private static final Set<String> BOUND_TO_A_PROCESS = Set.of(
            "java.lang.Thread",
            "java.lang.ProcessHandle",
            "java.lang.ref.Cleaner",
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.util.UUID.randomUUID",
            "java.util.concurrent.ThreadLocalRandom",
            "java.util.concurrent.Executors",
            "java.util.concurrent.ThreadPoolExecutor",
            "java.util.concurrent.ScheduledThreadPoolExecutor",
            "java.security.SecureRandom",
            "java.net.InetAddress",
            "java.net.Socket",
            "java.net.ServerSocket",
            "java.net.http.HttpClient",
            "java.nio.channels.SocketChannel",
            "java.time.Instant.now",
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.lang.System.getenv");

    /** Ways to a class, a method or an implementation that nobody can follow beforehand. */
    private static final Set<String> BY_NAME = Set.of(
            "java.lang.Class.forName",
            "java.lang.ClassLoader.loadClass",
            "java.lang.ClassLoader.defineClass",
            "java.util.ServiceLoader.load",
            "java.lang.reflect.Proxy.newProxyInstance",
            "java.lang.Class.getDeclaredMethod",
            "java.lang.Class.getDeclaredMethods",
            "java.lang.Class.getMethod",
            "java.lang.Class.getDeclaredConstructor",
            "java.lang.Class.getDeclaredField",
            "java.lang.invoke.MethodHandles$Lookup.findVirtual",
            "java.lang.invoke.MethodHandles$Lookup.findStatic",
            "java.lang.invoke.MethodHandles$Lookup.defineClass",
            "java.io.ObjectInputStream.readObject",
            "com.clickhouse.client.api.Client.register");

    /** Interfaces whose implementations Kafka makes by name. */
    private static final Set<String> MADE_BY_KAFKA = Set.of(
            "org.apache.kafka.common.serialization.Serializer",
            "org.apache.kafka.common.serialization.Deserializer",
            "org.apache.kafka.clients.producer.Partitioner",
            "org.apache.kafka.clients.producer.ProducerInterceptor",
            "org.apache.kafka.clients.consumer.ConsumerInterceptor",
            "org.apache.kafka.clients.consumer.ConsumerPartitionAssignor",
            "org.apache.kafka.common.metrics.MetricsReporter");

    private final JavaClasses classes;

    ClosedWorld(JavaClasses classes) {
        this.classes = classes;
    }

    /** Static initialisers that make what belongs to one process, themselves or by what of ours they call. */
    Set<String> madeTooEarly() {
        return classes.stream()
                .flatMap(type -> type.getStaticInitializer().stream())
                .flatMap(initializer -> reached(initializer).stream()
                        .flatMap(code -> code.getCallsFromSelf().stream())
                        .filter(call -> matches(call, BOUND_TO_A_PROCESS))
                        .map(call -> initializer.getOwner().getName() + " calls " + name(call)
                                + " when it is initialised, in "
                                + call.getOrigin().getFullName()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** A piece of code, and all of ours that it calls. */
    private static Set<JavaCodeUnit> reached(JavaCodeUnit start) {
        Set<JavaCodeUnit> reached = new HashSet<>(Set.of(start));
        Deque<JavaCodeUnit> open = new ArrayDeque<>(reached);
        while (!open.isEmpty()) {
            for (JavaCall<?> call : open.remove().getCallsFromSelf()) {
                call.getTarget().resolveMember().ifPresent(target -> {
                    if (ours(target.getOwner()) && reached.add(target)) {
                        open.add(target);
                    }
                });
            }
        }
        return reached;
    }

    /** Calls that find something by its name. */
    Set<String> foundByName() {
        return classes.stream()
                .flatMap(type -> type.getMethodCallsFromSelf().stream())
                .filter(call -> BY_NAME.contains(call.getTargetOwner().getName() + "." + call.getName()))
                .map(call -> call.getOriginOwner().getName() + " calls " + name(call))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Types of ours that a mapper reads or writes, and those that a route answers with and no extension finds: Quarkus
     * registers what routes answer with, as far as it has indexed it, and it does not index {@code contracts}.
     */
    Set<String> unregistered() {
        Set<JavaClass> mapped = new HashSet<>();
        classes.stream().filter(ClosedWorld::maps).forEach(type -> type.getReferencedClassObjects().stream()
                .map(ReferencedClassObject::getRawType)
                // A logger's name, not JSON.
                .filter(named -> !named.equals(type))
                .forEach(named -> follow(named, mapped)));
        Set<JavaClass> answered = new HashSet<>();
        classes.stream()
                .filter(type -> type.isAnnotatedWith("jakarta.ws.rs.Path"))
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                .flatMap(method -> involved(method.getReturnType()).stream())
                .forEach(type -> follow(type, answered));
        answered.removeIf(type -> !type.getPackageName().startsWith(NOT_INDEXED));
        return Stream.concat(mapped.stream(), answered.stream())
                .filter(type -> !type.isEnum() && !registered(type))
                .map(type -> type.getName() + " is JSON and not registered")
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean maps(JavaClass type) {
        return type.getMethodCallsFromSelf().stream()
                .anyMatch(call -> MAPPERS.contains(call.getTargetOwner().getName())
                        && !TREES_OR_TEXT.contains(call.getName())
                        && !call.getName().startsWith("with"));
    }

    /** Implementations that Kafka makes by name, and that are not registered. */
    Set<String> unknownToKafka() {
        return classes.stream()
                .filter(type -> !type.isInterface() && !registered(type))
                .filter(type -> MADE_BY_KAFKA.stream().anyMatch(type::isAssignableTo))
                .map(type -> type.getName() + " is made by Kafka and not registered")
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** A type of ours, and those of its members and of what it permits. */
    private void follow(JavaClass type, Set<JavaClass> reached) {
        if (!ours(type) || !reached.add(type)) {
            return;
        }
        type.getFields().stream()
                .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
                .flatMap(field -> involved(field.getType()).stream())
                .forEach(member -> follow(member, reached));
    }

    private static Set<JavaClass> involved(JavaType type) {
        return type.getAllInvolvedRawTypes();
    }

    private static boolean ours(JavaClass type) {
        return type.getPackageName().startsWith("dev.turnkeep");
    }

    private static boolean registered(JavaClass type) {
        return type.isAnnotatedWith(REGISTERED);
    }

    private static boolean matches(JavaAccess<?> call, Set<String> names) {
        String owner = call.getTargetOwner().getName();
        return names.contains(owner) || names.contains(owner + "." + call.getName());
    }

    private static String name(JavaAccess<?> call) {
        return call.getTargetOwner().getName() + "." + call.getName();
    }
}
