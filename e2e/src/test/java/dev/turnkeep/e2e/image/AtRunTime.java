package dev.turnkeep.e2e.image;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What is initialised when an image runs, not when it is built.
 *
 * @param names of classes, their nested ones included, and of packages with all below
 */
record AtRunTime(List<String> names) {
    private static final Pattern OPTION = Pattern.compile("--initialize-at-run-time=(\\S+)");

    /** @param files texts of {@code native-image.properties} */
    static AtRunTime of(Collection<String> files) {
        return new AtRunTime(files.stream()
                .map(file -> properties(file).getProperty("Args", ""))
                .flatMap(options -> OPTION.matcher(options).results())
                .flatMap(option -> Stream.of(option.group(1).split(",")))
                .toList());
    }

    AtRunTime and(AtRunTime others) {
        return new AtRunTime(
                Stream.concat(names.stream(), others.names.stream()).toList());
    }

    /** @param type as class files name it, with slashes */
    boolean includes(String type) {
        String name = type.replace('/', '.');
        return names.stream()
                .anyMatch(other -> name.startsWith(other)
                        && (name.length() == other.length() || ".$".indexOf(name.charAt(other.length())) >= 0));
    }

    private static Properties properties(String file) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(file));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory does not fail", e);
        }
        return properties;
    }
}
