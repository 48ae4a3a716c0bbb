package dev.turnkeep.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** The phases of the channels' measurement, for one server after the other, so that whatever else the machine does meets all. */
final class ChannelRound {
    private static final List<Integer> WRITERS = List.of(1, 64);
    private static final Duration WRITING = Duration.ofMillis(2500);
    private static final Duration DELIVERING = Duration.ofSeconds(5);
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
    void warmUp() throws IOException, InterruptedException, ExecutionException, SQLException {
        ChannelResults unused = new ChannelResults();
        for (int writers : WRITERS) {
            Appends.run(turnkeep, writers, WARMING);
            bare.run(writers, WRITING);
        }
        deliver(unused, turnkeep.name(), turnkeep.on(otherNode), turnkeep);
        run(unused);
    }

    void run(ChannelResults results) throws IOException, InterruptedException, ExecutionException, SQLException {
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
            deliver(results, server.name(), server, server);
        }
        deliver(results, ChannelResults.OTHER_NODE, turnkeep, turnkeep.on(otherNode));
    }

    /**
     * From just before a record is posted until its reader has it, one record after the other. After each, one record is
     * committed without any service: what the disk does at that time meets both.
     */
    private void deliver(ChannelResults results, String name, StreamServer to, StreamServer from)
            throws IOException, InterruptedException, SQLException {
        Map<String, Double> before = cpu.seconds();
        List<Long> answers = new ArrayList<>();
        List<Long> commits = new ArrayList<>();
        try (ReaderSwarm swarm = new ReaderSwarm(from, 1, 1);
                HttpConnection writer = new HttpConnection(to.streams().getFirst(), to.key());
                GroupCommit.Alone bareCommits = bare.alone()) {
            long end = System.nanoTime() + DELIVERING.toNanos();
            for (int number = 0; number == 0 || System.nanoTime() < end; number++) {
                byte[] body = Appends.appended(number);
                swarm.expect(number);
                long posted = System.nanoTime();
                writer.post(body);
                answers.add(System.nanoTime() - posted);
                swarm.awaitDelivered(1);
                commits.add(bareCommits.commit(body));
            }
            Map<String, Double> spent = Cpu.between(before, cpu.seconds());
            results.latencies(ChannelResults.DELIVERY, name, Latencies.of(swarm.latencies()), spent);
            results.latencies(ChannelResults.ANSWER, name, Latencies.of(answers), spent);
            results.latencies(ChannelResults.COMMIT_BETWEEN, name, Latencies.of(commits), spent);
        }
    }

    /** The same with many readers, and nothing in between. */
    void manyReaders(ChannelResults results, int readers) throws IOException, InterruptedException {
        for (StreamServer server : servers) {
            Map<String, Double> before = cpu.seconds();
            try (ReaderSwarm swarm = new ReaderSwarm(server, 1, readers);
                    HttpConnection writer = new HttpConnection(server.streams().getFirst(), server.key())) {
                long end = System.nanoTime() + DELIVERING.toNanos();
                for (int number = 0; number == 0 || System.nanoTime() < end; number++) {
                    swarm.expect(number);
                    writer.post(Appends.appended(number));
                    swarm.awaitDelivered(readers);
                }
                Map<String, Double> spent = Cpu.between(before, cpu.seconds());
                results.latencies(
                        "delivery_" + readers + "_readers", server.name(), Latencies.of(swarm.latencies()), spent);
            }
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
