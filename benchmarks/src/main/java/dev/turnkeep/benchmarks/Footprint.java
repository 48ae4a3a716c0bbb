package dev.turnkeep.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.localstack.Machine;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * How long each service takes to start, and how much memory it has resident at rest and while turns are posted as fast as they
 * are accepted: {@code make footprint}, from the checkout. Argument: how many seconds of load (30); with another value the
 * result is printed and not kept.
 */
public final class Footprint {
    private static final int STARTS = 5;
    private static final int LOAD_SECONDS = 30;
    private static final int CONNECTIONS = 32;
    private static final int TURNS_AT_A_TIME = 2_000;
    private static final Duration REST = Duration.ofSeconds(20);
    private static final Duration START = Duration.ofMinutes(1);
    private static final long SAMPLE_MILLIS = 500;
    private static final long PROBE_MILLIS = 20;
    private static final double AIM_SECONDS = 2.5;
    private static final int AIM_MIB = 256;
    private static final Path RESULT = Path.of("benchmarks/results/footprint.json");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Footprint() {}

    public static void main(String[] arguments)
            throws IOException, InterruptedException, SQLException, ExecutionException {
        int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : LOAD_SECONDS;
        Path checkout = Path.of("").toAbsolutePath();
        Path folder = checkout.resolve("benchmarks/target/testbed");
        ObjectNode result = JSON.createObjectNode()
                .put("command", "make footprint")
                .put("commit", Machine.commit())
                .put("taken_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("load_seconds", seconds)
                .put("load_connections", CONNECTIONS);
        result.putObject("aims").put("start_seconds", AIM_SECONDS).put("resident_mib", AIM_MIB);
        result.set("hardware", Machine.hardware(JSON));
        System.out.println("starting engines and services");
        try (Testbed testbed = Testbed.start(checkout, folder);
                ServiceProcess reaper = testbed.instance(Service.REAPER, checkout, folder, Map.of());
                ServiceProcess replication = testbed.instance(Service.REPLICATION, checkout, folder, Map.of())) {
            result.set("versions", Machine.versions(JSON, testbed.query("SHOW server_version")));
            Map<String, ServiceProcess> services = new LinkedHashMap<>();
            for (ServiceProcess service : List.of(testbed.ingestService, testbed.sessionService, reaper, replication)) {
                services.put(service.service().name(), service);
            }
            Map<String, List<Double>> starts = new LinkedHashMap<>();
            for (Map.Entry<String, ServiceProcess> service : services.entrySet()) {
                starts.put(service.getKey(), starts(service.getValue()));
            }
            Thread.sleep(REST);
            Map<String, List<Double>> rest = new LinkedHashMap<>();
            sample(services, rest);
            Map<String, List<Double>> load = load(testbed, services, seconds);

            ObjectNode of = result.putObject("services");
            for (Map.Entry<String, ServiceProcess> service : services.entrySet()) {
                String name = service.getKey();
                ObjectNode figures = of.putObject(name);
                figures.put("heap_limit", service.getValue().service().heap());
                figures.put("start_seconds", median(starts.getOrDefault(name, List.of())));
                figures.set("start_seconds_samples", JSON.valueToTree(starts.get(name)));
                figures.put("resident_mib_at_rest", median(rest.getOrDefault(name, List.of())));
                figures.put("resident_mib_at_load", median(load.getOrDefault(name, List.of())));
                figures.put(
                        "resident_mib_peak",
                        mib(Machine.peakResident(service.getValue().pid())));
            }
        }
        System.out.println(JSON.writeValueAsString(result));
        if (seconds == LOAD_SECONDS) {
            Files.createDirectories(RESULT.toAbsolutePath().getParent());
            Files.writeString(RESULT, JSON.writeValueAsString(result) + "\n");
            System.out.println("kept in " + RESULT);
        }
    }

    /** From the launch of the process until it says that it can do its work, engines running and the schema made. */
    private static List<Double> starts(ServiceProcess service) throws InterruptedException {
        List<Double> samples = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            service.stop();
            long begun = System.nanoTime();
            service.launch();
            while (!service.ready()) {
                if (System.nanoTime() - begun > START.toNanos()) {
                    throw new IllegalStateException(
                            service.service().name() + " does not start:\n" + service.logTail());
                }
                Thread.sleep(PROBE_MILLIS);
            }
            samples.add((System.nanoTime() - begun) / 1e9);
        }
        System.out.println(service.service().name() + " starts in seconds: " + samples);
        return samples;
    }

    private static Map<String, List<Double>> load(Testbed testbed, Map<String, ServiceProcess> services, int seconds)
            throws IOException, InterruptedException, ExecutionException {
        Map<String, List<Double>> samples = new LinkedHashMap<>();
        Load load = Load.of(Payload.SMALL, testbed.ingest("/v1/ingest"), testbed.key, CONNECTIONS, 1);
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        List<Throwable> failures = new ArrayList<>();
        Thread posting = Thread.ofPlatform().start(() -> {
            try {
                while (System.nanoTime() < end) {
                    load.post(TURNS_AT_A_TIME);
                }
            } catch (ExecutionException e) {
                failures.add(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        while (posting.isAlive()) {
            sample(services, samples);
            Thread.sleep(SAMPLE_MILLIS);
        }
        posting.join();
        if (!failures.isEmpty()) {
            throw new ExecutionException(failures.getFirst());
        }
        return samples;
    }

    private static void sample(Map<String, ServiceProcess> services, Map<String, List<Double>> samples)
            throws IOException {
        for (Map.Entry<String, ServiceProcess> service : services.entrySet()) {
            double resident = mib(Machine.resident(service.getValue().pid()));
            samples.computeIfAbsent(service.getKey(), _ -> new ArrayList<>()).add(resident);
        }
    }

    private static double mib(long kib) {
        return Math.round(kib / 102.4) / 10.0;
    }

    private static double median(List<Double> samples) {
        double[] sorted =
                samples.stream().mapToDouble(sample -> sample).sorted().toArray();
        return Math.round(sorted[sorted.length / 2] * 1000) / 1000.0;
    }
}
