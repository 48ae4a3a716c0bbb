package dev.turnkeep.session.channel.durable;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.session.channel.ChannelProfile;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The protocol's own suite, at a fixed version, on the Postgres store. Needs node and npm on the path. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(ChannelProfile.class)
class ConformanceIT {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int REQUIRED = 332;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    @Test
    void theWholeSuitePasses() throws IOException, InterruptedException {
        // Given
        Path project = Files.createDirectories(Path.of("target", "conformance"));
        for (String file : List.of("package.json", "package-lock.json", "conformance.test.js")) {
            Files.copy(
                    Path.of("src", "test", "node", file), project.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Path report = project.resolve("report.json");
        Files.deleteIfExists(report);
        assertThat(run(project, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"))
                .isZero();

        // When
        run(project, "npm", "test");
        JsonNode results = new ObjectMapper().readTree(report.toFile());

        // Then
        assertThat(failures(results)).isEmpty();
        assertThat(results.get("numFailedTests").asInt()).isZero();
        assertThat(results.get("numPassedTests").asInt()).isEqualTo(REQUIRED);
    }

    private static List<String> failures(JsonNode results) {
        List<String> failures = new ArrayList<>();
        for (JsonNode file : results.get("testResults")) {
            for (JsonNode test : file.get("assertionResults")) {
                if (test.get("status").asText().equals("failed")) {
                    failures.add(test.get("fullName").asText() + ": "
                            + test.path("failureMessages").path(0).asText());
                }
            }
        }
        return failures;
    }

    private int run(Path folder, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.log").toFile());
        builder.environment().putAll(Map.of("CONFORMANCE_TEST_URL", "http://127.0.0.1:" + port));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("the suite ends")
                    .isTrue();
            return process.exitValue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
