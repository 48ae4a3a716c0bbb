package dev.turnkeep.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** The phases of the channels' measurement, for one server after the other, so that whatever else the machine does meets all. */
final class ChannelRound {
    private static final List<Integer> WRITERS = List.of(1, 64);
    private static final Duration WRITING = Duration.ofMillis(2500);
    private static final Duration DELIVERING = Duration.ofMillis(2500);
    private static final Duration WARMING = Duration.ofSeconds(45);
    private static final long IDLE_MILLIS = 5_000;

    private final StreamServer turnkeep;
    private final URI otherNode;
    private final List<StreamServer> servers = new ArrayList<>();
    private final GroupCommit bare;
    private final Cpu cpu;

    /** @param otherNode another instance of the service, on the same database */
    ChannelRound(StreamServer turnkeep, URI otherNode, List<StreamServer> references, GroupCommit bare, Cpu cpu) {
        this.turnkeep = turnkeep;
        this.otherNode = otherNode;
        this.servers.add(turnkeep);
        this.servers.addAll(references);
        this.bare = bare;
        this.cpu = cpu;
    }

    /** A JVM is slow at first, longer than a small program in JavaScript: two cores compile for a minute. */
    void warmUp() throws IOException, InterruptedException, ExecutionException {
        ChannelResults unused = new ChannelResults();
        for (int writers : WRITERS) {
            Appends.run(turnkeep, writers, WARMING);
            bare.run(writers, WRITING);
        }
        deliver(unused, "warm-up", turnkeep.name(), turnkeep, turnkeep, 1);
        deliver(unused, "warm-up", turnkeep.name(), turnkeep.on(otherNode), turnkeep, 1);
        run(unused);
    }

    void run(ChannelResults results) throws IOException, InterruptedException, ExecutionException {
        for (int writers : WRITERS) {
            String figure = "appends_" + writers + (writers == 1 ? "_writer" : "_writers");
            for (StreamServer server : servers) {
                Map<String, Double> before = cpu.seconds();
                int confirmed = Appends.run(server, writers, WRITING);
                results.rate(figure, server.name(), confirmed, WRITING, Cpu.between(before, cpu.seconds()));
            }
            Map<String, Double> before = cpu.seconds();
            GroupCommit.Outcome outcome = bare.run(writers, WRITING);
            Map<String, Double> spent = Cpu.between(before, cpu.seconds());
            results.rate(figure, "bare commits", outcome.records(), WRITING, spent);
            results.latencies("commit_" + writers, "bare commits", outcome.commits(), spent);
        }
        for (StreamServer server : servers) {
            deliver(results, "delivery_1_reader", server.name(), server, server, 1);
        }
        deliver(results, "delivery_1_reader", "turnkeep, reader on another node", turnkeep, turnkeep.on(otherNode), 1);
    }

    /** From just before a record is posted until its readers have it, one record after the other. */
    private void deliver(
            ChannelResults results, String figure, String name, StreamServer to, StreamServer from, int readers)
            throws IOException, InterruptedException {
        Map<String, Double> before = cpu.seconds();
        try (ReaderSwarm swarm = new ReaderSwarm(from, 1, readers);
                HttpConnection writer = new HttpConnection(to.streams().getFirst(), to.key())) {
            long end = System.nanoTime() + (readers == 1 ? DELIVERING : DELIVERING.multipliedBy(2)).toNanos();
            for (int number = 0; number == 0 || System.nanoTime() < end; number++) {
                byte[] body = Appends.appended(number);
                swarm.expect(number);
                writer.post(body);
                swarm.awaitDelivered(readers);
            }
            results.latencies(figure, name, Latencies.of(swarm.latencies()), Cpu.between(before, cpu.seconds()));
        }
    }

    void manyReaders(ChannelResults results, int readers) throws IOException, InterruptedException {
        for (StreamServer server : servers) {
            deliver(results, "delivery_" + readers + "_readers", server.name(), server, server, readers);
        }
    }

    /** @param pids of the servers whose memory is of interest, by {@link StreamServer#process} */
    void idleReaders(ChannelResults results, int readers, Map<String, Long> pids)
            throws IOException, InterruptedException {
        for (StreamServer server : servers) {
            Long pid = pids.get(server.process());
            if (pid == null) {
                continue;
            }
            long before = resident(pid);
            try (ReaderSwarm swarm = new ReaderSwarm(server, server.streams().size(), readers)) {
                Thread.sleep(IDLE_MILLIS);
                if (swarm.open() != readers) {
                    throw new IOException(swarm.open() + " of " + readers + " readers are still there");
                }
                results.memory(server.name(), readers, before, resident(pid));
            }
        }
    }

    private static long resident(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }
}
