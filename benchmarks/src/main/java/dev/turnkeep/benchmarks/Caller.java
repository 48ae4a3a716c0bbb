package dev.turnkeep.benchmarks;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** One agent after another: posts the turns of a session in their order, then begins the next. For one thread. */
final class Caller {
    private final Payload payload;
    private final String name;
    private int session;
    private int turn;

    /**
     * A caller.
     *
     * @param name begins the names of its sessions
     * @param first the turn to begin with: callers that begin at different ones keep the mix of sizes steady
     */
    Caller(Payload payload, String name, int first) {
        this.payload = payload;
        this.name = name;
        this.turn = first;
    }

    byte[] next() {
        if (turn == payload.turnsOfSession) {
            turn = 0;
            session++;
        }
        String now = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
        return payload.body(name + "-" + session, turn++, now);
    }
}
