package dev.turnkeep.e2e.operations;

import dev.turnkeep.e2e.system.Answer;
import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.Turn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Post turns through one set of doors and look at their sessions through another, some hundred a second: an instance that
 * starts meanwhile needs the machine too. They count as worse than allowed whatever is no success and no 503 with
 * {@code Retry-After}, and every connection that is cut.
 */
final class Callers implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int SESSIONS = 50;
    private static final int MORE = 300;
    private static final long BETWEEN_MILLIS = 10;

    private final Doors ingest;
    private final Doors sessions;
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> worse = new ConcurrentLinkedQueue<>();
    private final AtomicInteger next = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    private Callers(Doors ingest, Doors sessions) {
        this.ingest = ingest;
        this.sessions = sessions;
    }

    static Callers start(Doors ingest, Doors sessions) {
        Callers callers = new Callers(ingest, sessions);
        for (int i = 0; i < THREADS; i++) {
            callers.threads.add(Thread.ofVirtual().start(callers::work));
        }
        return callers;
    }

    private void work() {
        while (!over) {
            int number = next.getAndIncrement();
            post(number);
            String query = "?harness_id=" + Turn.HARNESS + "&harness_session_id=rolling-" + number % SESSIONS;
            answer(sessions.any(), "GET", "/v1/sessions" + query, new byte[0]);
            Await.pause(BETWEEN_MILLIS);
        }
    }

    /** Until the turn is accepted: once it was posted, nobody may give it up. */
    private void post(int number) {
        byte[] body = Turn.in("rolling-" + number % SESSIONS)
                .request("rolling-" + number)
                .says("question " + number, "answer")
                .json()
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        while (true) {
            Answer answer = answer(ingest.any(), "POST", "/v1/ingest", body);
            if (answer != null && answer.status() == 202) {
                accepted.add(answer.text("/turn_id"));
                return;
            }
            if (answer != null && answer.status() != 503) {
                return;
            }
            Await.pause(50);
        }
    }

    /** Null when there was none. */
    private @Nullable Answer answer(Http service, String method, String path, byte[] body) {
        try {
            Map<String, String> headers = body.length == 0 ? Map.of() : Map.of("Content-Type", "application/json");
            Answer answer = service.attempt(method, path, body, headers);
            boolean toldToComeBack =
                    answer.status() == 503 && answer.header("Retry-After").isPresent();
            if (answer.status() >= 300 && !toldToComeBack) {
                worse.add(method + " " + path + " answered " + answer.status() + " " + answer.body());
            }
            return answer;
        } catch (IOException e) {
            worse.add(method + " " + path + " was cut off: " + e);
            return null;
        }
    }

    /** Returns once some more turns have been accepted. */
    void awaitMore() {
        int before = accepted.size();
        Await.until("more turns are accepted", () -> accepted.size() >= before + MORE);
    }

    /** The ids of what was accepted; whole once this is closed. */
    Set<String> accepted() {
        return accepted;
    }

    List<String> worse() {
        return List.copyOf(worse);
    }

    @Override
    public void close() {
        over = true;
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
