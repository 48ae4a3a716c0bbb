package dev.turnkeep.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Writers that append one record after the other, each to a stream of its own, as soon as the one before is confirmed. */
final class Appends {
    /** What a record of a hundred bytes says besides its number. */
    private static final String TEXT = "The tomatoes of bed three want water again, and so do those of four.";

    private Appends() {}

    /** A record: a number between marks that occur nowhere else, and some text. */
    static byte[] appended(int number) {
        return "{\"n\":\"%s%08d%s\",\"text\":\"%s\"}"
                .formatted(ReaderSwarm.MARK, number, ReaderSwarm.MARK, TEXT)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** How many were confirmed in that time. */
    static int run(StreamServer server, int writers, Duration time) throws InterruptedException, ExecutionException {
        long end = System.nanoTime() + time.toNanos();
        List<Future<Integer>> running = new ArrayList<>();
        // Threads of the system's: for each answer, one wakes up and nothing else.
        try (var threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("writer-", 0).factory())) {
            for (URI stream : server.streams().subList(0, writers)) {
                running.add(threads.submit(() -> write(stream, server.key(), end)));
            }
        }
        int confirmed = 0;
        for (Future<Integer> each : running) {
            confirmed += each.get();
        }
        return confirmed;
    }

    private static int write(URI stream, String key, long end) {
        int confirmed = 0;
        try (HttpConnection connection = new HttpConnection(stream, key)) {
            while (System.nanoTime() < end) {
                connection.post(appended(confirmed));
                confirmed++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return confirmed;
    }
}
