package dev.turnkeep.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Callers that post as fast as they are answered, each on a connection of its own. They live as long as the run, so that
 * their sessions go on from round to round.
 *
 * @param perRequest 1 for one turn, else the length of a batch
 */
record Load(URI target, String key, int perRequest, List<Caller> callers) {

    static Load of(Payload payload, URI target, String key, int connections, int perRequest) {
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            String name = payload.name + "-" + perRequest + "-" + i;
            callers.add(new Caller(payload, name, i * payload.turnsOfSession / connections));
        }
        return new Load(target, key, perRequest, callers);
    }

    /** Returns when so many turns, or up to a request more, are accepted; answers how many. */
    int post(int turns) throws InterruptedException, ExecutionException {
        AtomicInteger left = new AtomicInteger(turns);
        AtomicInteger accepted = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Caller caller : callers) {
                running.add(threads.submit(() -> post(caller, left, accepted)));
            }
        }
        for (Future<?> each : running) {
            each.get();
        }
        return accepted.get();
    }

    private void post(Caller caller, AtomicInteger left, AtomicInteger accepted) {
        try (HttpConnection connection = new HttpConnection(target, key)) {
            while (left.getAndAdd(-perRequest) > 0) {
                String answer = connection.post(perRequest == 1 ? caller.next() : batch(caller));
                if (perRequest > 1 && !answer.contains("\"accepted\":" + perRequest)) {
                    throw new IOException("not all turns of a batch were accepted: " + answer);
                }
                accepted.addAndGet(perRequest);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] batch(Caller caller) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int i = 0; i < perRequest; i++) {
            body.writeBytes((i == 0 ? "{\"turns\":[" : ",").getBytes(StandardCharsets.US_ASCII));
            body.writeBytes(caller.next());
        }
        body.writeBytes("]}".getBytes(StandardCharsets.US_ASCII));
        return body.toByteArray();
    }
}
