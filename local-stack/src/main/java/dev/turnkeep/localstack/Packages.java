package dev.turnkeep.localstack;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The packages that the engines come from, as files: the build writes this module's class path next to this class. So
 * the broker and the binaries never mix with the class path of the JVM that starts them.
 */
public final class Packages {

    private static final String LIST = "packages.classpath";

    private Packages() {}

    /** For {@code java -cp}: this module itself, then everything that it is built with. */
    public static String classPath() {
        return own() + File.pathSeparator + String.join(File.pathSeparator, jars());
    }

    /** The one package whose file name starts so. */
    public static Path jar(String prefix) {
        return jars().stream()
                .map(Path::of)
                .filter(jar -> Objects.toString(jar.getFileName()).startsWith(prefix))
                .findFirst()
                .orElseThrow(() -> new EngineException("no package " + prefix + "* is on the list of local-stack"));
    }

    private static List<String> jars() {
        try (var in = list().openStream()) {
            String all = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                    .splitAsStream(all)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folder or the jar of this very class. */
    private static Path own() {
        try {
            URL list = list();
            if (list.openConnection() instanceof JarURLConnection jar)
                return Path.of(jar.getJarFileURL().toURI());
            Path file = Path.of(list.toURI());
            int packages = Packages.class.getPackageName().split("\\.", -1).length;
            return Path.of(URI.create(file.toUri().toString()).resolve("../".repeat(packages)));
        } catch (IOException | URISyntaxException e) {
            throw new EngineException("cannot find the files of local-stack", e);
        }
    }

    private static URL list() {
        URL list = Packages.class.getResource(LIST);
        if (list == null)
            throw new EngineException("local-stack was not built by Maven: run `make build`, or any Maven build, once");
        return list;
    }
}
