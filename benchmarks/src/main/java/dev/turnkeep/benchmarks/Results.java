package dev.turnkeep.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** The samples of one payload, and what is made of them: medians, ratios of medians, CPU time. */
final class Results {
    private final Payload payload;
    private final int bodyBytes;
    private final Map<Figure, List<Sample>> samples = new EnumMap<>(Figure.class);

    Results(Payload payload) {
        this.payload = payload;
        this.bodyBytes = payload.body("size", payload.turnsOfSession / 2, "2026-01-01T00:00:00.000Z").length;
    }

    void add(Map<Figure, Sample> round) {
        round.forEach((figure, sample) ->
                samples.computeIfAbsent(figure, f -> new ArrayList<>()).add(sample));
    }

    private double rate(Figure figure) {
        return median(figure, Sample::turnsPerSecond);
    }

    private double ratio(Figure figure, Figure limit) {
        return rate(figure) / rate(limit);
    }

    /** Seconds of CPU time. */
    private double cpuPerThousand(Figure figure, String process) {
        return median(figure, sample -> sample.cpu().getOrDefault(process, 0.0) * 1000 / sample.turns());
    }

    /** Of all the CPU time that the phase took. */
    private double share(Figure figure, String process) {
        return median(
                figure,
                sample -> sample.cpu().getOrDefault(process, 0.0)
                        / sample.cpu().values().stream()
                                .mapToDouble(used -> used)
                                .sum());
    }

    private double median(Figure figure, ToDoubleFunction<Sample> value) {
        double[] sorted = samples.getOrDefault(figure, List.of()).stream()
                .mapToDouble(value)
                .sorted()
                .toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    ObjectNode json(ObjectMapper json) {
        ObjectNode node = json.createObjectNode().put("body_bytes", bodyBytes);
        ObjectNode figures = node.putObject("figures");
        samples.forEach((figure, all) -> {
            ObjectNode of = figures.putObject(figure.name().toLowerCase(Locale.ROOT));
            of.put("title", figure.title).put("turns_per_second", round(rate(figure), 1));
            of.put("load_generator_cpu_share", round(share(figure, "load generator"), 3));
            ObjectNode cpu = of.putObject("cpu_seconds_per_1000_turns");
            processes().forEach(process -> cpu.put(process, round(cpuPerThousand(figure, process), 3)));
            var raw = of.putArray("samples");
            all.forEach(sample -> raw.add(json.valueToTree(sample)));
        });
        node.putObject("ratios")
                .put("accepted_to_producer", round(ratio(Figure.ACCEPTED, Figure.PRODUCER_LIMIT), 3))
                .put("accepted_batch_to_producer", round(ratio(Figure.ACCEPTED_BATCH, Figure.PRODUCER_LIMIT), 3))
                .put("drained_to_inserts", round(ratio(Figure.DRAINED, Figure.INSERT_LIMIT), 3));
        return node;
    }

    /** Rows of {@link #HEADER}. */
    String table() {
        return row(Figure.PRODUCER_LIMIT, "")
                + row(Figure.ACCEPTED, percent(ratio(Figure.ACCEPTED, Figure.PRODUCER_LIMIT)))
                + row(Figure.ACCEPTED_BATCH, percent(ratio(Figure.ACCEPTED_BATCH, Figure.PRODUCER_LIMIT)))
                + row(Figure.INSERT_LIMIT, "")
                + row(Figure.DRAINED, percent(ratio(Figure.DRAINED, Figure.INSERT_LIMIT)));
    }

    static final String HEADER = """
            | turns | figure | turns/s | of its limit | CPU seconds per 1,000 turns | load generator's share of CPU |
            |---|---|---:|---:|---|---:|
            """;

    private String row(Figure figure, String ofLimit) {
        StringBuilder cpu = new StringBuilder();
        for (String process : processes()) {
            double used = cpuPerThousand(figure, process);
            if (used >= 0.01) {
                cpu.append(cpu.isEmpty() ? "" : ", ")
                        .append(process)
                        .append(' ')
                        .append(round(used, 2));
            }
        }
        return "| %s, %,d B | %s | %,d | %s | %s | %s |%n"
                .formatted(
                        payload.name,
                        bodyBytes,
                        figure.title,
                        Math.round(rate(figure)),
                        ofLimit,
                        cpu,
                        percent(share(figure, "load generator")));
    }

    private Set<String> processes() {
        Set<String> processes = new TreeSet<>();
        samples.values()
                .forEach(all ->
                        all.forEach(sample -> processes.addAll(sample.cpu().keySet())));
        return processes;
    }

    private static String percent(double ratio) {
        return Math.round(ratio * 100) + " %";
    }

    private static double round(double value, int digits) {
        double factor = Math.pow(10, digits);
        return Math.round(value * factor) / factor;
    }
}
