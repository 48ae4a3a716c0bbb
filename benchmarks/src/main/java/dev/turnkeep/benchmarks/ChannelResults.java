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
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The samples of all rounds, and the medians of them. */
final class ChannelResults {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String GENERATOR = "load generator";
    /** From just before a record is posted until its only reader has it. */
    static final String DELIVERY = "delivery_1_reader";
    /** In the same phase: until the writer has the answer to it. */
    static final String ANSWER = "answer_to_delivered_append";
    /** In the same phase, after each record: a record that is committed by a bare insert. */
    static final String COMMIT_BETWEEN = "bare_commit_between_deliveries";

    static final String OTHER_NODE = "turnkeep, reader on another node";

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
        ObjectNode ratios = result.putObject("ratios").put("appends_to_bare_commits", rounded(appends / bare));
        ratios.put("delivery_p99_over_commit_p99_ms", overCommit("turnkeep"));
        ratios.put("delivery_on_another_node_p99_over_commit_p99_ms", overCommit(OTHER_NODE));
    }

    /** The median of the rounds: by how much the p99 of delivery is above that of the bare commits of the same phase. */
    private double overCommit(String what) {
        List<ObjectNode> deliveries = samples(DELIVERY, what);
        List<ObjectNode> commits = samples(COMMIT_BETWEEN, what);
        return median(IntStream.range(0, deliveries.size())
                .mapToDouble(round -> deliveries.get(round).path("p99_ms").asDouble()
                        - commits.get(round).path("p99_ms").asDouble()));
    }

    private List<ObjectNode> samples(String figure, String what) {
        return samples.getOrDefault(figure, Map.of()).getOrDefault(what, List.of());
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
        return median(all.stream().mapToDouble(sample -> sample.path(field).asDouble()));
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        int middle = sorted.length / 2;
        return rounded(sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
