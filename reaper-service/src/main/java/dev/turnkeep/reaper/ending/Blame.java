package dev.turnkeep.reaper.ending;

import dev.turnkeep.platform.postgres.Await;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;

/** What a failed transaction is blamed on. */
enum Blame {
    /** The store is away, stopping or full: it says nothing of any session. */
    STORE,
    /** The data of a session: a bad value, a broken constraint, a program limit, what a trigger raised. */
    SESSION,
    /** One or the other: a timeout, a missing grant, a damaged page, a defect of ours. */
    UNKNOWN;

    static Blame of(RuntimeException failure) {
        if (failure instanceof PgException refusal) {
            String state = refusal.getSqlState() == null ? "" : refusal.getSqlState();
            return switch (state.length() == 5 ? state.substring(0, 2) : "") {
                case "22", "23", "54", "P0" -> SESSION;
                case "08", "53" -> STORE;
                case "57" -> state.startsWith("57P") ? STORE : UNKNOWN;
                default -> UNKNOWN;
            };
        }
        return failure instanceof Await.Unreachable || failure instanceof VertxException ? STORE : UNKNOWN;
    }

    /** For logs and tables. */
    static String reason(RuntimeException failure) {
        return failure instanceof PgException refusal
                ? "SQLSTATE " + refusal.getSqlState()
                : failure.getClass().getSimpleName();
    }
}
