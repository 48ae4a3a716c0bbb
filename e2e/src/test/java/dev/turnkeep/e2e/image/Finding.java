package dev.turnkeep.e2e.image;

import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Something in a dependency that behaves in a native image as it does on a JVM only if somebody has seen to it.
 *
 * @param subject a jar, without its version; or a service's interface
 * @param what the package of the classes that are missing, the class that is initialised; empty for other kinds
 */
record Finding(Kind kind, String subject, String what) implements Comparable<Finding> {
    private static final Map<String, Boolean> IN_THE_JDK = new ConcurrentHashMap<>();

    enum Kind {
        /** Classes that are linked and not there: on a JVM nobody notices until they are needed. */
        MISSING,
        /** What a {@code ServiceLoader} finds: Quarkus has native images find none that nobody registered. */
        SERVICE,
        /** Native libraries: resources, and fields and methods that native code looks for by name. */
        LIBRARY,
        /** Offsets of fields are others in an image. */
        UNSAFE,
        /** A static initialiser makes a thread, a random, an address, or what waits for the run: no image holds these. */
        EARLY;

        static Kind of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** Those of all the jars of one service. */
    static Set<Finding> in(Collection<Jar> jars) {
        Set<String> there = new HashSet<>();
        jars.forEach(jar -> there.addAll(jar.classes()));
        Set<Finding> findings = new TreeSet<>();
        for (Jar jar : jars) {
            jar.linked().stream()
                    .filter(type -> !there.contains(type) && !inTheJdk(type))
                    .forEach(type -> findings.add(new Finding(Kind.MISSING, jar.name(), packageOf(type))));
            jar.services().keySet().forEach(service -> findings.add(new Finding(Kind.SERVICE, service, "")));
            if (!jar.libraries().isEmpty()) {
                findings.add(new Finding(Kind.LIBRARY, jar.name(), ""));
            }
            jar.early().forEach(type -> findings.add(new Finding(Kind.EARLY, jar.name(), type.replace('/', '.'))));
            if (jar.unsafe()) {
                findings.add(new Finding(Kind.UNSAFE, jar.name(), ""));
            }
        }
        return findings;
    }

    private static boolean inTheJdk(String type) {
        return IN_THE_JDK.computeIfAbsent(
                type, name -> ClassLoader.getPlatformClassLoader().getResource(name + ".class") != null);
    }

    private static String packageOf(String type) {
        return type.substring(0, Math.max(0, type.lastIndexOf('/'))).replace('/', '.');
    }

    @Override
    public int compareTo(Finding other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return Stream.of(kind.name().toLowerCase(Locale.ROOT), subject, what)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" | "));
    }
}
