package dev.turnkeep.ops.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is known of the management ports is what the sources put there. */
class ManagementTest {
    private static final Path CHECKOUT = Path.of("..");
    private static final Pattern ROUTE =
            Pattern.compile("\\.router\\(\\)\\s*\\.(get|put|post|patch|delete|head)\\(\\s*\"([^\"]+)\"");
    private static final Pattern NAME = Pattern.compile("String name\\(\\) \\{\\s*return \"(\\w+)\";");

    @Test
    void everyRouteOfAManagementPortIsKnown() {
        assertThat(routes("reaper-service")).isEqualTo(new TreeSet<>(Management.REAPER));
        assertThat(routes("replication-service")).isEqualTo(new TreeSet<>(Management.REPLICATION));
        assertThat(routes("session-service")).isEmpty();
        assertThat(routes("ingest-service")).isEmpty();
    }

    /** Put there in another form, a route would be missed. */
    @Test
    void whoeverHasRoutesThereSaysThemInTheFormThatIsLookedFor() {
        assertThat(Stream.of("reaper-service", "replication-service", "session-service", "ingest-service")
                        .flatMap(service -> sources(service).stream())
                        .filter(source -> source.contains("ManagementInterface ")))
                .isNotEmpty()
                .allMatch(source -> ROUTE.matcher(source).find());
    }

    @Test
    void everyJobIsKnown() {
        Set<String> jobs = new TreeSet<>();
        sources("reaper-service").stream()
                .filter(source -> source.contains(" implements Job "))
                .forEach(source -> NAME.matcher(source).results().forEach(name -> jobs.add(name.group(1))));

        assertThat(jobs).isEqualTo(new TreeSet<>(Management.JOBS));
    }

    private static Set<String> routes(String service) {
        Set<String> routes = new TreeSet<>();
        sources(service).forEach(source -> ROUTE.matcher(source)
                .results()
                .forEach(route -> routes.add(route.group(1).toUpperCase(Locale.ROOT) + " "
                        + route.group(2).replaceAll(":(\\w+)", "{$1}"))));
        return routes;
    }

    private static List<String> sources(String service) {
        try (Stream<Path> files = Files.walk(CHECKOUT.resolve(service).resolve("src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(ManagementTest::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
