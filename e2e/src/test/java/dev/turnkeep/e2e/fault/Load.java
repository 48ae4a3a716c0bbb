package dev.turnkeep.e2e.fault;

import dev.turnkeep.e2e.system.Answer;
import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.Tenant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Proxies at work: posts every turn of a traffic from several threads over connections that are kept, batches and single
 * turns, and posts what was not accepted again, under the same request ids, until it is.
 */
final class Load implements AutoCloseable {
    private static final int THREADS = 8;
    private static final int BATCH = 39;
    /** A batch, and a single turn after it. */
    static final int TOGETHER = BATCH + 1;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Http ingest;
    private final Traffic traffic;
    private final List<Integer> order;
    private final long started = System.nanoTime();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    private Load(Http ingest, Traffic traffic, List<Integer> order) {
        this.ingest = ingest;
        this.traffic = traffic;
        this.order = order;
    }

    /** @param turns how many there are to post; a multiple of {@link #TOGETHER} */
    static Load start(Http ingest, Traffic traffic, int turns) {
        return start(
                ingest, traffic, IntStream.range(0, turns / TOGETHER).boxed().toList());
    }

    /** Each turn three times, in any order: a copy may come long after the others. */
    static Load startThrice(Http ingest, Traffic traffic, int turns, Random random) {
        List<Integer> order = new ArrayList<>();
        for (int copy = 0; copy < 3; copy++) {
            IntStream.range(0, turns / TOGETHER).forEach(order::add);
        }
        Collections.shuffle(order, random);
        return start(ingest, traffic, order);
    }

    private static Load start(Http ingest, Traffic traffic, List<Integer> order) {
        Load load = new Load(ingest, traffic, order);
        for (int i = 0; i < THREADS; i++) {
            load.threads.add(Thread.ofPlatform().name("load-" + i).start(load::work));
        }
        return load;
    }

    private void work() {
        try {
            for (int place = next.getAndIncrement(); place < order.size(); place = next.getAndIncrement()) {
                int first = order.get(place) * TOGETHER;
                String batch = IntStream.range(first, first + BATCH)
                        .mapToObj(traffic::turn)
                        .collect(Collectors.joining(",", "{\"turns\":[", "]}"));
                accepted.addAll(Tenant.ids(post("/v1/ingest/batch", batch, BATCH), BATCH));
                accepted.add(post("/v1/ingest", traffic.turn(first + BATCH), 1).text("/turn_id"));
                answered.addAndGet(TOGETHER);
            }
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    /** Returns the answer that accepts it. */
    private Answer post(String path, String body, int count) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Map<String, String> headers = Map.of("Content-Type", "application/json");
        while (!closed) {
            unanswered.addAndGet(count);
            try {
                Answer answer = ingest.attempt("POST", path, bytes, headers);
                if (answer.status() != 503) {
                    return answer.expecting(202);
                }
            } catch (IOException away) {
                // The service is struck: what became of the turns nobody knows, so they are posted again.
            } finally {
                unanswered.addAndGet(-count);
            }
            Await.pause(ThreadLocalRandom.current().nextLong(50, 150));
        }
        throw new IllegalStateException("the load was stopped");
    }

    /** Turns that are being posted right now. */
    int unanswered() {
        return unanswered.get();
    }

    /** Ids of turns that were accepted; grows while the load runs. */
    Set<String> accepted() {
        return accepted;
    }

    /** Turns accepted per second, since the start; one that comes again counts again. */
    double rate() {
        return answered.get() * 1e9 / (System.nanoTime() - started);
    }

    /** Returns once every turn is accepted. */
    void awaitAccepted() {
        Await.until("every turn is accepted", PATIENCE, () -> {
            throwFailure();
            return threads.stream().noneMatch(Thread::isAlive);
        });
        throwFailure();
    }

    /** Returns once so many turns are accepted. */
    void awaitAccepted(int some) {
        Await.until(some + " turns are accepted", PATIENCE, () -> {
            throwFailure();
            return accepted.size() >= some;
        });
    }

    private void throwFailure() {
        if (!failures.isEmpty()) {
            throw new AssertionError("the load failed", failures.peek());
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
