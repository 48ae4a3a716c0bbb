package dev.turnkeep.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.localstack.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * The first measurement: {@code make bench}, from the checkout. Arguments: how many rounds count (3), and how large they
 * are (1.0); with other values than these the result is printed and not kept.
 */
public final class Main {
    private static final int ROUNDS = 3;
    private static final int WARM_UP = 2;
    /** No round begins later, so that the whole takes less than six minutes. */
    private static final Duration LIMIT = Duration.ofSeconds(285);

    private static final Path RESULT = Path.of("benchmarks/results/foundation.json");

    private Main() {}

    private record Course(Payload payload, Round round, Results results) {}

    public static void main(String[] arguments)
            throws IOException, InterruptedException, ExecutionException, SQLException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : ROUNDS;
        double scale = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 1;
        Path checkout = Path.of("").toAbsolutePath();
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        List<Course> courses = new ArrayList<>();
        String commit = Machine.commit();
        ObjectNode versions;
        long start = System.nanoTime();
        System.out.println("starting engines and services");
        try (Testbed testbed = Testbed.start(checkout, checkout.resolve("benchmarks/target/testbed"))) {
            versions = Machine.versions(json, testbed.query("SHOW server_version"));
            BareInserts inserts = BareInserts.into(
                    testbed.engines.postgres(), checkout.resolve("session-service/src/main/resources/db/migration"));
            for (Payload payload : Payload.ALL) {
                courses.add(new Course(payload, new Round(testbed, payload, scale, inserts), new Results(payload)));
            }
            for (int round = 0; round < WARM_UP + rounds; round++) {
                if (round > WARM_UP && System.nanoTime() - start > LIMIT.toNanos()) {
                    break;
                }
                for (Course course : courses) {
                    Map<Figure, Sample> samples = course.round().run();
                    tell(round < WARM_UP ? "warm-up" : "round " + (round - WARM_UP + 1), course.payload(), samples);
                    if (round >= WARM_UP) {
                        course.results().add(samples);
                    }
                }
            }
        }
        StringBuilder table = new StringBuilder(Results.HEADER);
        ObjectNode result = json.createObjectNode()
                .put("command", "make bench")
                .put("commit", commit)
                .put("taken_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("warm_up_rounds", WARM_UP);
        result.set("hardware", Machine.hardware(json));
        result.set("versions", versions);
        ObjectNode payloads = result.putObject("payloads");
        for (Course course : courses) {
            payloads.set(course.payload().name, course.results().json(json));
            table.append(course.results().table());
        }
        System.out.println("\n" + table);
        if (rounds == ROUNDS && scale == 1) {
            Files.createDirectories(RESULT.toAbsolutePath().getParent());
            Files.writeString(RESULT, json.writeValueAsString(result) + "\n");
            System.out.println("kept in " + RESULT);
        }
    }

    private static void tell(String round, Payload payload, Map<Figure, Sample> samples) {
        StringBuilder line = new StringBuilder(round + ", " + payload.name + ":");
        samples.forEach((figure, sample) ->
                line.append(' ').append(figure).append('=').append(Math.round(sample.turnsPerSecond())));
        System.out.println(line);
    }
}
