package dev.turnkeep.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * All figures of one payload, one after the other, so that whatever else the machine does meets all of them. While turns
 * are accepted session-service is suspended: its JVM stays warm, and the topic fills.
 */
final class Round {
    private static final int CONNECTIONS = 64;
    private static final int BATCH = 100;
    private static final int PARTITIONS = 4;
    private static final long PROBE_BYTES = 48L * 1024 * 1024;
    private static final Duration PROBE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Testbed testbed;
    private final Payload payload;
    private final double scale;
    private final BareInserts inserts;
    private final Cpu cpu;
    private final Topic turns;
    private final Topic limit;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Load single;
    private final Load batches;

    Round(Testbed testbed, Payload payload, double scale, BareInserts inserts)
            throws InterruptedException, ExecutionException {
        this.testbed = testbed;
        this.payload = payload;
        this.scale = scale;
        this.inserts = inserts;
        this.cpu = testbed.cpu();
        this.turns = testbed.topic("turns.v1");
        this.limit = testbed.topic("limit-" + payload.name);
        this.producer = limit.producer();
        this.single = Load.of(payload, testbed.ingest("/v1/ingest"), testbed.key, CONNECTIONS, 1);
        this.batches =
                Load.of(payload, testbed.ingest("/v1/ingest/batch"), testbed.key, payload.batchConnections, BATCH);
        limit.create(PARTITIONS);
    }

    private interface Phase {
        int run() throws InterruptedException, ExecutionException, IOException, SQLException;
    }

    Map<Figure, Sample> run() throws InterruptedException, ExecutionException, IOException, SQLException {
        int wanted = (int) Math.max(BATCH, payload.turns * scale);
        Map<Figure, Sample> samples = new EnumMap<>(Figure.class);
        String start = testbed.query("SELECT now()");
        long before = stored();
        testbed.sessionService.suspend();
        try {
            samples.put(Figure.ACCEPTED, timed(() -> single.post(wanted)));
            samples.put(Figure.ACCEPTED_BATCH, timed(() -> batches.post(wanted)));
        } finally {
            testbed.sessionService.resume();
        }
        int accepted = samples.values().stream().mapToInt(Sample::turns).sum();
        samples.put(Figure.DRAINED, drain(before, accepted));
        List<ConsumerRecord<byte[], byte[]>> records = turns.newest(wanted, PROBE_BYTES);
        samples.put(Figure.PRODUCER_LIMIT, timed(() -> limit.fill(producer, records, PROBE)));
        var rows = BareInserts.stored(testbed.engines.postgres(), start);
        samples.put(Figure.INSERT_LIMIT, timed(() -> inserts.insert(rows)));
        check("inserted", samples.get(Figure.INSERT_LIMIT), accepted);
        return samples;
    }

    private Sample timed(Phase phase) throws InterruptedException, ExecutionException, IOException, SQLException {
        Map<String, Double> spent = cpu.seconds();
        long start = System.nanoTime();
        int done = phase.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Sample(done, seconds, Cpu.between(spent, cpu.seconds()));
    }

    /** From the first commit to the last one. */
    private Sample drain(long before, int accepted) throws InterruptedException, SQLException {
        Map<String, Double> spent = cpu.seconds();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long first = 0;
        long atFirst = before;
        long now = before;
        while (now < before + accepted) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("only " + (now - before) + " of " + accepted + " turns were stored");
            }
            Thread.sleep(20);
            now = stored();
            if (first == 0 && now > before) {
                first = System.nanoTime();
                atFirst = now;
            }
        }
        double seconds = (System.nanoTime() - first) / 1e9;
        int drained = (int) (now - atFirst);
        // CPU was spent on all of them, the rate is of those after the first commit.
        Map<String, Double> perDrained = Cpu.between(spent, cpu.seconds());
        perDrained.replaceAll((process, used) -> used * drained / accepted);
        long rows = Long.parseLong(testbed.query("SELECT count(*) FROM turns"));
        if (rows != now) {
            throw new IllegalStateException(now + " turns were processed and " + rows + " are stored");
        }
        return new Sample(drained, seconds, perDrained);
    }

    /** Cheap to ask, and committed with the turns: the offsets that have been processed. */
    private long stored() throws SQLException {
        return Long.parseLong(testbed.query("SELECT coalesce(sum(next_offset), 0) FROM partition_progress"));
    }

    private static void check(String what, Sample sample, int expected) {
        if (sample.turns() != expected) {
            throw new IllegalStateException(what + " " + sample.turns() + " turns instead of " + expected);
        }
    }
}
