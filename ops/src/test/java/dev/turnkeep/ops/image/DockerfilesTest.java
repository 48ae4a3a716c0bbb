package dev.turnkeep.ops.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.ops.configuration.Known;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DockerfilesTest {
    private static final Path CHECKOUT = Path.of("..");
    private static final Pattern CONTINUED = Pattern.compile("\\\\\\n\\s*");
    private static final Pattern PINNED = Pattern.compile("FROM [a-z./-]+:\\d+(\\.\\d+)+[a-z0-9_.-]*( AS \\w+)?");
    private static final Pattern SET = Pattern.compile("([A-Z_]+)=\\S+");

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.jvm", "Dockerfile.native"})
    void runsAsNobodyOnAPinnedBase(String name) throws IOException {
        List<String> image = image(name);

        assertThat(image.getFirst()).matches(PINNED);
        assertThat(image).filteredOn(line -> line.startsWith("USER ")).containsExactly("USER 10001:10001");
        assertThat(image.indexOf("USER 10001:10001"))
                .isGreaterThan(last(image, "RUN "))
                .isLessThan(last(image, "ENTRYPOINT "));
    }

    /** What was built, and nothing else of the folder that it was built in. */
    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.jvm", "Dockerfile.native"})
    void holdsTheServiceAlone(String name) throws IOException {
        assertThat(image(name))
                .filteredOn(line -> line.startsWith("COPY ") || line.startsWith("ADD "))
                .singleElement()
                .asString()
                .startsWith("COPY --from=build /app");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.jvm", "Dockerfile.native"})
    void saysWhatItIsAndHowItIs(String name) throws IOException {
        List<String> image = image(name);

        assertThat(line(image, "LABEL ")).contains("image.title=", "image.version=", "image.licenses=");
        assertThat(line(image, "HEALTHCHECK ")).contains("$QUARKUS_MANAGEMENT_PORT", "/q/health/live");
        assertThat(line(image, "EXPOSE ")).isEqualTo("EXPOSE 8080 9000");
        assertThat(line(image, "ENV "))
                .contains("QUARKUS_HTTP_PORT=8080", "QUARKUS_MANAGEMENT_PORT=9000", "_HOST=0.0.0.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.jvm", "Dockerfile.native"})
    void everyVariableIsOneThatTheServicesRead(String name) throws IOException {
        Known known = new Known(CHECKOUT);

        assertThat(SET.matcher(line(image(name), "ENV ")).results().map(set -> set.group(1)))
                .isNotEmpty()
                .allMatch(known::reads);
    }

    @Test
    void theCacheThatTheJvmStartsWithIsMadeInTheSameImage() throws IOException {
        List<String> image = image("Dockerfile.jvm");
        int made = last(image, "RUN java -XX:AOTCacheOutput=/app/app.aot ");

        assertThat(made).isGreaterThan(last(image, "COPY "));
        assertThat(line(image, "ENTRYPOINT ")).contains("\"-XX:AOTCache=/app/app.aot\"");
        assertThat(image.get(made)).contains("-Dquarkus.init-and-exit=true", "-jar /app/quarkus-run.jar");
    }

    /** What a container may use is known to both; a process that has run out of it is started anew. */
    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.jvm", "Dockerfile.native"})
    void theHeapIsBoundedAndItsEndIsTheProcess(String name) throws IOException {
        assertThat(line(image(name), "ENTRYPOINT "))
                .containsPattern("\"-XX:(MaxRAMPercentage|MaximumHeapSizePercent)=60\"")
                .contains("\"-XX:+ExitOnOutOfMemoryError\"");
    }

    /** A service may need another one's jar for its tests: that is no image. */
    @Test
    void onlyTheServiceItselfIsMadeNative() throws IOException {
        assertThat(instructions("Dockerfile.native"))
                .filteredOn(line -> line.startsWith("RUN mvn "))
                .singleElement()
                .asString()
                .satisfies(build -> assertThat(build.split(" && "))
                        .filteredOn(step -> step.contains("-Dnative"))
                        .singleElement()
                        .asString()
                        .contains("-pl \"$SERVICE\" ")
                        .doesNotContain("-am"));
    }

    @Test
    void neitherSecretsNorDataReachABuild() throws IOException {
        assertThat(Files.readAllLines(CHECKOUT.resolve(".dockerignore")))
                .contains(".env", ".local-stack", ".git", "**/target", "**/node_modules");
    }

    /** The instructions of the last stage. */
    private static List<String> image(String name) throws IOException {
        List<String> lines = instructions(name);
        return lines.subList(last(lines, "FROM "), lines.size());
    }

    /** Each on one line. */
    private static List<String> instructions(String name) throws IOException {
        String file = Files.readString(CHECKOUT.resolve("deploy/docker").resolve(name));
        return CONTINUED
                .matcher(file)
                .replaceAll("")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private static String line(List<String> image, String instruction) {
        return image.stream()
                .filter(line -> line.startsWith(instruction))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + instruction));
    }

    private static int last(List<String> image, String instruction) {
        for (int i = image.size() - 1; i >= 0; i--) {
            if (image.get(i).startsWith(instruction)) {
                return i;
            }
        }
        throw new AssertionError("no " + instruction);
    }
}
