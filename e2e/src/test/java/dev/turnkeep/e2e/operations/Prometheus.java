package dev.turnkeep.e2e.operations;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.localstack.OwnedProcess;
import dev.turnkeep.localstack.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A Prometheus with the alerts of {@code deploy/}, their waits and thresholds brought down to what a test can wait for. What
 * they ask stays as it is.
 */
final class Prometheus implements AutoCloseable {
    private static final Map<Pattern, UnaryOperator<String>> QUICKER = Map.of(
            Pattern.compile("for: \\d+m"), found -> "for: 2s",
            Pattern.compile("\\[(15m|5m|1h)]"), found -> "[10s]",
            Pattern.compile("offset 15m"), found -> "offset 10s",
            Pattern.compile("> 5000$", Pattern.MULTILINE), found -> "> 5",
            Pattern.compile("> 2e9$", Pattern.MULTILINE), found -> "> 4e7",
            Pattern.compile("> 600$", Pattern.MULTILINE), found -> "> 3",
            Pattern.compile("> 60$", Pattern.MULTILINE), found -> "> 3");

    private final OwnedProcess process;
    private final Http http;

    private Prometheus(OwnedProcess process, Http http) {
        this.process = process;
        this.http = http;
    }

    /**
     * @param program the executable
     * @param folder for its data, its configuration and its log
     * @param services the management addresses by service
     */
    static Prometheus start(Path program, Path checkout, Path folder, Map<String, List<URI>> services)
            throws IOException {
        Files.createDirectories(folder);
        Path rules = Files.writeString(
                folder.resolve("alerts.yml"),
                quicker(Files.readString(checkout.resolve("deploy/prometheus/alerts.yml"))));
        StringBuilder configuration = new StringBuilder("""
                global: {scrape_interval: 1s, scrape_timeout: 900ms, evaluation_interval: 1s}
                rule_files: ["%s"]
                scrape_configs:
                  - job_name: turnkeep
                    metrics_path: /q/metrics
                    static_configs:
                """.formatted(rules.toAbsolutePath()));
        services.forEach((name, addresses) -> addresses.forEach(address -> configuration.append(
                "      - {targets: [\"%s\"], labels: {service: %s}}\n".formatted(address.getAuthority(), name))));
        Path file = Files.writeString(folder.resolve("prometheus.yml"), configuration);
        int port = Ports.free();
        OwnedProcess process = OwnedProcess.start(
                "prometheus",
                List.of(
                        program.toString(),
                        "--config.file=" + file.toAbsolutePath(),
                        "--storage.tsdb.path=" + folder.resolve("data").toAbsolutePath(),
                        "--web.listen-address=127.0.0.1:" + port),
                Map.of(),
                folder,
                folder.resolve("prometheus.log"));
        return new Prometheus(process, new Http(URI.create("http://127.0.0.1:" + port), ""));
    }

    /** Every one of the substitutions has to find something: else a rule has changed and would be waited for in vain. */
    static String quicker(String rules) {
        String text = rules;
        for (Map.Entry<Pattern, UnaryOperator<String>> change : QUICKER.entrySet()) {
            if (!change.getKey().matcher(text).find()) {
                throw new AssertionError("no alert has " + change.getKey());
            }
            text = change.getKey().matcher(text).replaceAll(found -> change.getValue()
                    .apply(found.group()));
        }
        return text;
    }

    /** Whether it is up and has looked at its targets at least once. */
    boolean ready() {
        try {
            return process.alive() && !answer("up").isEmpty();
        } catch (RuntimeException | AssertionError notYet) {
            return false;
        }
    }

    /** The series that a question has at the moment. */
    List<JsonNode> answer(String question) {
        JsonNode result = http.get("/api/v1/query?query=" + Http.encoded(question))
                .expecting(200)
                .body()
                .at("/data/result");
        List<JsonNode> series = new ArrayList<>();
        result.forEach(series::add);
        return series;
    }

    /** The alerts that fire. */
    Set<String> firing() {
        Set<String> names = new TreeSet<>();
        http.get("/api/v1/alerts").expecting(200).body().at("/data/alerts").forEach(alert -> {
            if (alert.path("state").asText().equals("firing")) {
                names.add(alert.at("/labels/alertname").asText());
            }
        });
        return names;
    }

    @Override
    public void close() {
        process.kill();
    }
}
