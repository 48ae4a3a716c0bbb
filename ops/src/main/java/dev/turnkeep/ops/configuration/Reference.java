package dev.turnkeep.ops.configuration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The page of all settings, {@code docs/configuration.md}. */
public final class Reference {
    private static final List<String> MODULES =
            List.of("platform", "ingest-service", "session-service", "reaper-service", "replication-service");

    private static final String HEAD = """
            # Configuration

            Made from the sources by `make reference`; a test fails when it is not what they say.

            A setting is given as an environment variable, or by its name (`turnkeep.postgres.password` for
            `TURNKEEP_POSTGRES_PASSWORD`) in a properties file whose path `QUARKUS_CONFIG_LOCATIONS` holds, several with commas: the way
            for secrets that a platform mounts as files. A variable wins over a file. A service that finds settings it cannot read, or
            that contradict each other, does not start, and names all of them ([operations](operations.md#what-a-start-says)). Quarkus' own
            settings (`QUARKUS_HTTP_HOST`, `QUARKUS_HTTP_PORT`, `QUARKUS_MANAGEMENT_PORT`, `QUARKUS_LOG_LEVEL`, those of
            [tracing](tracing.md) and the rest) work as its documentation says.
            """;

    private final Path checkout;

    Reference(Path checkout) {
        this.checkout = checkout;
    }

    /** Writes the page into the checkout that is given, or the one here. */
    public static void main(String[] arguments) throws IOException {
        Path checkout = Path.of(arguments.length > 0 ? arguments[0] : ".");
        Files.writeString(checkout.resolve("docs/configuration.md"), new Reference(checkout).page());
    }

    String page() throws IOException {
        StringBuilder page = new StringBuilder(HEAD);
        for (String module : MODULES) {
            page.append("\n## ")
                    .append(module.equals("platform") ? "Several services" : module)
                    .append('\n');
            for (Group group : groups(module)) {
                write(group, page);
            }
        }
        return page.toString();
    }

    List<Group> groups(String module) throws IOException {
        List<Group> groups = new ArrayList<>();
        try (Stream<Path> files = Files.walk(checkout.resolve(module).resolve("src/main/java"))) {
            for (Path file : files.filter(Reference::isMapping).toList()) {
                groups.add(MappingSource.read(module, file));
            }
        }
        groups.sort(Comparator.comparing(Group::prefix));
        return groups;
    }

    List<Group> groups() throws IOException {
        List<Group> all = new ArrayList<>();
        for (String module : MODULES) {
            all.addAll(groups(module));
        }
        return all;
    }

    private static boolean isMapping(Path file) {
        try {
            return file.toString().endsWith(".java")
                    && Files.readString(file, StandardCharsets.UTF_8).contains("\n@ConfigMapping(");
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + file, e);
        }
    }

    private static void write(Group group, StringBuilder page) {
        page.append("\n### `").append(group.prefix()).append("`\n\n");
        page.append(group.meaning()).append("\n\n");
        page.append("| variable | default | given as | |\n|---|---|---|---|\n");
        for (Setting setting : group.settings()) {
            page.append("| `")
                    .append(setting.variable())
                    .append("` | ")
                    .append(standard(setting))
                    .append(" | ")
                    .append(setting.type())
                    .append(" | ")
                    .append(setting.meaning())
                    .append(" |\n");
        }
    }

    private static String standard(Setting setting) {
        if (setting.required()) {
            return "required";
        }
        return setting.standard().isEmpty() ? "none" : Standard.told(setting.standard());
    }
}
