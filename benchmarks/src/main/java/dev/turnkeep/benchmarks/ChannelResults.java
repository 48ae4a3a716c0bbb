package dev.turnkeep.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** The samples of all rounds, and the medians of them. */
final class ChannelResults {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String GENERATOR = "load generator";
    private static final List<String> MEDIANS = List.of("per_second", "p50_ms", "p99_ms", "load_generator_cpu_share");

    /** By figure, then by what was measured. */
    private final Map<String, Map<String, List<ObjectNode>>> samples = new LinkedHashMap<>();

    private final ObjectNode idle = JSON.objectNode();

    void rate(String figure, String what, int records, Duration time, Map<String, Double> cpu) {
        ObjectNode sample = JSON.objectNode().put("records", records);
        sample.put("per_second", Math.round(records * 1000.0 / time.toMillis()));
        add(figure, what, sample, cpu);
    }

    void latencies(String figure, String what, Latencies latencies, Map<String, Double> cpu) {
        ObjectNode sample = JSON.objectNode().put("count", latencies.count());
        sample.put("p50_ms", latencies.p50()).put("p99_ms", latencies.p99());
        add(figure, what, sample, cpu);
    }

    private void add(String figure, String what, ObjectNode sample, Map<String, Double> cpu) {
        double all = cpu.values().stream().mapToDouble(used -> used).sum();
        sample.put("load_generator_cpu_share", rounded(cpu.getOrDefault(GENERATOR, 0.0) / Math.max(all, 0.01)));
        ObjectNode seconds = sample.putObject("cpu_seconds");
        cpu.forEach((process, used) -> {
            if (used >= 0.01) {
                seconds.put(process, rounded(used));
            }
        });
        samples.computeIfAbsent(figure, _ -> new LinkedHashMap<>())
                .computeIfAbsent(what, _ -> new ArrayList<>())
                .add(sample);
    }

    void memory(String server, int readers, long before, long after) {
        idle.putObject(server)
                .put("readers", readers)
                .put("resident_kib_before", before)
                .put("resident_kib", after)
                .put("kib_per_reader", rounded((after - before) / (double) readers));
    }

    /** The newest samples in a line. */
    String last() {
        StringJoiner line = new StringJoiner(", ");
        samples.forEach((figure, byWhat) -> byWhat.forEach((what, all) -> {
            JsonNode sample = all.getLast();
            line.add(figure + " " + what + " "
                    + (sample.has("per_second") ? sample.path("per_second") : sample.path("p99_ms")));
        }));
        return line.toString();
    }

    void into(ObjectNode result) {
        ObjectNode figures = result.putObject("figures");
        samples.forEach((figure, byWhat) -> {
            ObjectNode named = figures.putObject(figure);
            byWhat.forEach((what, all) -> {
                ObjectNode of = named.putObject(what);
                for (String field : MEDIANS) {
                    if (all.getFirst().has(field)) {
                        of.put(field, median(all, field));
                    }
                }
                ArrayNode raw = of.putArray("samples");
                all.forEach(raw::add);
            });
        });
        result.set("idle_readers", idle);
        double appends = figures.at("/appends_64_writers/turnkeep/per_second").asDouble();
        double bare = figures.at("/appends_64_writers/bare commits/per_second").asDouble();
        double commit = figures.at("/commit_1/bare commits/p99_ms").asDouble();
        ObjectNode delivery = (ObjectNode) figures.path("delivery_1_reader");
        ObjectNode ratios = result.putObject("ratios").put("appends_to_bare_commits", rounded(appends / bare));
        ratios.put(
                "delivery_p99_over_commit_p99_ms",
                rounded(delivery.at("/turnkeep/p99_ms").asDouble() - commit));
        ratios.put(
                "delivery_on_another_node_p99_over_commit_p99_ms",
                rounded(delivery.at("/turnkeep, reader on another node/p99_ms").asDouble() - commit));
    }

    /** For people: a row for each figure and server. */
    static String table(JsonNode result) {
        StringBuilder table = new StringBuilder("""
                | figure | server | per second | p50 ms | p99 ms | load generator's share of CPU |
                |---|---|---:|---:|---:|---:|
                """);
        result.path("figures").properties().forEach(figure -> figure.getValue()
                .properties()
                .forEach(server -> table.append("| %s | %s | %s | %s | %s | %d %% |%n"
                        .formatted(
                                figure.getKey().replace('_', ' '),
                                server.getKey(),
                                server.getValue().path("per_second").asText(),
                                server.getValue().path("p50_ms").asText(),
                                server.getValue().path("p99_ms").asText(),
                                Math.round(server.getValue()
                                                .path("load_generator_cpu_share")
                                                .asDouble()
                                        * 100)))));
        return table.toString();
    }

    private static double median(List<ObjectNode> all, String field) {
        double[] sorted = all.stream()
                .mapToDouble(sample -> sample.path(field).asDouble())
                .sorted()
                .toArray();
        int middle = sorted.length / 2;
        return rounded(sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
