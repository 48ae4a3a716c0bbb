package dev.turnkeep.benchmarks;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.localstack.clickhouse.ClickHouseSql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** How old a turn is when analysts see it: posted by a proxy as its first hop, and shown by the view as its last. */
final class Freshness {
    private static final int PROBES = 250;
    private static final long PROBE_MILLIS = 200;
    /** Between two turns of the load that the probes are part of. */
    private static final long LOAD_MILLIS = 10;

    private static final long LOOK_MILLIS = 5;
    private static final int COLD = 100;
    private static final long PATIENCE_NANOS = 120_000_000_000L;

    private final Testbed testbed;
    private final URI ingest;
    private final AtomicInteger posted = new AtomicInteger();
    private volatile boolean stopping;

    Freshness(Testbed testbed) {
        this.testbed = testbed;
        this.ingest = testbed.ingest("/v1/ingest");
    }

    void measure(ObjectNode result) throws IOException, InterruptedException {
        long[] visible = new long[PROBES];
        long[] accepted = new long[PROBES];
        Thread load = Thread.ofVirtual().start(this::load);
        long begun = System.nanoTime();
        try (HttpConnection connection = new HttpConnection(ingest, testbed.key)) {
            // The first ones find a system that is cold.
            for (int probe = -COLD; probe < PROBES; probe++) {
                long sent = System.nanoTime();
                String session = "probe" + (probe + COLD);
                connection.post(Payload.SMALL.body(session, 0, Instant.now().toString()));
                long answered = System.nanoTime();
                awaitVisible(session + "-0");
                if (probe >= 0) {
                    visible[probe] = System.nanoTime() - sent;
                    accepted[probe] = System.nanoTime() - answered;
                }
                Thread.sleep(Math.max(0, PROBE_MILLIS - (System.nanoTime() - sent) / 1_000_000));
            }
        } finally {
            stopping = true;
            load.join();
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        result.put("title", "from a turn's post until the view in ClickHouse shows it, under steady load")
                .put("turns_per_second", Math.round(posted.get() / seconds));
        describe(result.putObject("from_post"), visible);
        describe(result.putObject("from_answer"), accepted);
    }

    private static void describe(ObjectNode result, long[] nanos) {
        Latencies latencies = Latencies.of(nanos);
        result.put("count", latencies.count())
                .put("p50_milliseconds", latencies.p50())
                .put("p99_milliseconds", latencies.p99());
        ArrayNode raw = result.putArray("samples_milliseconds");
        for (long each : nanos) {
            raw.add(Math.round(each / 1e6));
        }
    }

    private void load() {
        Caller caller = new Caller(Payload.SMALL, "steady", 0);
        long next = System.nanoTime();
        try (HttpConnection connection = new HttpConnection(ingest, testbed.key)) {
            while (!stopping) {
                connection.post(caller.next());
                posted.incrementAndGet();
                next += LOAD_MILLIS * 1_000_000;
                Thread.sleep(Math.max(0, (next - System.nanoTime()) / 1_000_000));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitVisible(String request) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        String sql = "SELECT count() FROM %s.turns WHERE request_id = '%s'"
                .formatted(testbed.engines.clickhouse().database(), request);
        while (ClickHouseSql.run(testbed.engines.clickhouse(), sql).equals("0")) {
            if (System.nanoTime() - begun > PATIENCE_NANOS) {
                throw new IllegalStateException("a turn did not come: " + request);
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }
}
