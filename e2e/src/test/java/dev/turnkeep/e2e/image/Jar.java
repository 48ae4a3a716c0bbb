package dev.turnkeep.e2e.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/**
 * A jar that a service brings along, as far as it matters to a native image. Names of classes are those of class files, with
 * slashes.
 *
 * @param name without its version
 * @param classes those that are in it
 * @param linked classes elsewhere that its own refer to
 * @param services the implementations by the interface that a {@code ServiceLoader} is asked for
 * @param libraries native ones
 * @param early classes whose static initialisers make what has no place in an image
 */
record Jar(
        String name,
        Set<String> classes,
        Set<String> linked,
        Map<String, List<String>> services,
        Set<String> libraries,
        Set<String> early) {
    private static final String SERVICES = "META-INF/services/";
    private static final Pattern LIBRARY = Pattern.compile(".*\\.(so|dll|jnilib|dylib)");
    private static final Pattern PROPERTIES = Pattern.compile("META-INF/native-image/(.*/)?native-image\\.properties");

    /** @param ours what our modules have initialised at run time, besides what the jar says itself */
    static Jar read(Path file, AtRunTime ours) throws IOException {
        Map<String, ClassModel> classes = new HashMap<>();
        List<String> properties = new ArrayList<>();
        Set<String> linked = new HashSet<>();
        Map<String, List<String>> services = new TreeMap<>();
        Set<String> libraries = new TreeSet<>();
        try (JarFile jar = new JarFile(file.toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                String path = entry.getName();
                if (path.startsWith(SERVICES) && !entry.isDirectory()) {
                    services.put(path.substring(SERVICES.length()), implementations(bytes(jar, entry)));
                } else if (LIBRARY.matcher(path).matches()) {
                    libraries.add(path);
                } else if (PROPERTIES.matcher(path).matches()) {
                    properties.add(new String(bytes(jar, entry), UTF_8));
                } else if (path.endsWith(".class") && !path.startsWith("META-INF/") && !path.endsWith("-info.class")) {
                    ClassModel type = ClassFile.of().parse(bytes(jar, entry));
                    classes.put(path.substring(0, path.length() - ".class".length()), type);
                    link(type, linked);
                }
            }
        }
        linked.removeAll(classes.keySet());
        String name = String.valueOf(file.getFileName()).replaceFirst("(-\\d[^/]*)?\\.jar$", "");
        Set<String> early = Initialisers.reaching(classes, ours.and(AtRunTime.of(properties)));
        return new Jar(name, Set.copyOf(classes.keySet()), linked, services, libraries, early);
    }

    /** Whether it works on memory behind the JVM's back. */
    boolean unsafe() {
        return linked.contains("sun/misc/Unsafe") || linked.contains("jdk/internal/misc/Unsafe");
    }

    private static void link(ClassModel type, Set<String> linked) {
        for (PoolEntry entry : type.constantPool()) {
            if (entry instanceof ClassEntry named) {
                String element = named.asInternalName().replaceFirst("^\\[+", "");
                if (element.equals(named.asInternalName())) {
                    linked.add(element);
                } else if (element.startsWith("L")) {
                    linked.add(element.substring(1, element.length() - 1));
                }
            }
        }
    }

    private static List<String> implementations(byte[] file) {
        return new String(file, UTF_8)
                .lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static byte[] bytes(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }
}
