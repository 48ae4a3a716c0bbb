package dev.turnkeep.e2e.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What modules of ours register by name under {@code META-INF/native-image}.
 *
 * @param classes those that reflection or native code looks for
 * @param resources patterns of the files that an image holds
 * @param atRunTime what of others is initialised when it runs
 */
record Registrations(Set<String> classes, List<Pattern> resources, AtRunTime atRunTime) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Registrations of(Path checkout, List<String> modules) throws IOException {
        Set<String> classes = new TreeSet<>();
        List<Pattern> resources = new ArrayList<>();
        List<String> properties = new ArrayList<>();
        for (String module : modules) {
            Path folder = checkout.resolve(module)
                    .resolve("src/main/resources/META-INF/native-image/dev.turnkeep")
                    .resolve(module);
            classes.addAll(read(folder.resolve("jni-config.json")).findValuesAsText("name"));
            classes.addAll(read(folder.resolve("reflect-config.json")).findValuesAsText("name"));
            read(folder.resolve("resource-config.json")).at("/resources/includes").findValuesAsText("pattern").stream()
                    .map(Pattern::compile)
                    .forEach(resources::add);
            Path options = folder.resolve("native-image.properties");
            if (Files.exists(options)) {
                properties.add(Files.readString(options));
            }
        }
        return new Registrations(classes, resources, AtRunTime.of(properties));
    }

    /** Whether an image holds the file. */
    boolean includes(String file) {
        return resources.stream().anyMatch(pattern -> pattern.matcher(file).matches());
    }

    private static JsonNode read(Path file) throws IOException {
        return Files.exists(file) ? JSON.readTree(file.toFile()) : JSON.createArrayNode();
    }
}
