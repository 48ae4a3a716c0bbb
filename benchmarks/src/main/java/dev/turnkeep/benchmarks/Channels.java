package dev.turnkeep.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.Machine;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * Appends to channels and their delivery, beside the protocol's reference server and beside bare commits of the same records:
 * {@code make channelbench}, from the checkout, seven minutes. Arguments: how many rounds count (5) and how many readers idle
 * (10000), the variables ROUNDS and READERS of the command; with other values the result is printed and not kept.
 */
public final class Channels {
    private static final int ROUNDS = 5;
    private static final int IDLE_READERS = 10_000;
    private static final int MANY_READERS = 1_000;
    private static final int STREAMS = 64;
    private static final Path RESULT = Path.of("benchmarks/results/channels.json");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Channels() {}

    public static void main(String[] arguments)
            throws IOException, InterruptedException, ExecutionException, SQLException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : ROUNDS;
        int idle = arguments.length > 1 ? Integer.parseInt(arguments[1]) : IDLE_READERS;
        Path checkout = Path.of("").toAbsolutePath();
        Path folder = checkout.resolve("benchmarks/target/testbed");
        ObjectNode result = JSON.createObjectNode()
                .put("command", "make channelbench")
                .put("commit", Machine.commit())
                .put("taken_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("record_bytes", Appends.appended(0).length);
        result.set("hardware", Machine.hardware(JSON));
        System.out.println("starting engines and services");
        try (Testbed testbed = Testbed.start(checkout, folder);
                ServiceProcess second = testbed.secondSessionService(checkout, folder);
                ReferenceServer memory = ReferenceServer.inMemory(checkout, folder);
                ReferenceServer files = ReferenceServer.inFiles(checkout, folder)) {
            result.set("versions", versions(checkout, testbed));
            ChannelRound round = new ChannelRound(
                    StreamServer.turnkeep(testbed.sessionService.service().url(), testbed.key, STREAMS),
                    second.service().url(),
                    List.of(StreamServer.reference(memory, STREAMS), StreamServer.reference(files, STREAMS)),
                    GroupCommit.in(testbed.engines.postgres()),
                    testbed.cpu(Map.of(
                            memory.name(),
                            memory.process().pid(),
                            files.name(),
                            files.process().pid(),
                            "session-service, second",
                            second.pid())));
            ChannelResults results = new ChannelResults();
            round.warmUp();
            for (int i = 1; i <= rounds; i++) {
                round.run(results);
                System.out.println("round " + i + ": " + results.last());
            }
            round.manyReaders(results, MANY_READERS);
            Map<String, Long> pids = Map.of(
                    "session-service",
                    testbed.sessionService.pid(),
                    memory.name(),
                    memory.process().pid(),
                    files.name(),
                    files.process().pid());
            round.idleReaders(results, idle, pids);
            results.into(result);
        }
        System.out.println(JSON.writeValueAsString(result));
        System.out.println(ChannelResults.table(result));
        if (rounds == ROUNDS && idle == IDLE_READERS) {
            Files.createDirectories(RESULT.toAbsolutePath().getParent());
            Files.writeString(RESULT, JSON.writeValueAsString(result) + "\n");
            System.out.println("kept in " + RESULT);
        }
    }

    private static ObjectNode versions(Path checkout, Testbed testbed) throws IOException, SQLException {
        Path reference =
                checkout.resolve("benchmarks/reference-server/node_modules/@durable-streams/server/package.json");
        return JSON.createObjectNode()
                .put("java", Runtime.version().toString())
                .put("postgres", testbed.query("SHOW server_version"))
                .put("node", Commands.run(List.of("node", "--version")).output().strip())
                .put(
                        "reference_server",
                        JSON.readTree(Files.readString(reference))
                                .path("version")
                                .asText());
    }
}
