package dev.turnkeep.session.turn;

import io.vertx.pgclient.PgException;
import org.jspecify.annotations.Nullable;

/** What a failed transaction means for its turns. */
sealed interface Failure {
    /** The store is away, full or read-only, or its schema is not ours yet: the turns wait. */
    record Transient(String reason) implements Failure {}

    /**
     * Two transactions got in each other's way.
     *
     * @param reason for the log
     * @param lasting whether it may be the data itself after all, when it keeps happening
     */
    record Conflict(String reason, boolean lasting) implements Failure {}

    /** The store refuses the data itself: one turn at least can never be stored. */
    record Poison(String reason) implements Failure {}

    static Failure of(RuntimeException failure) {
        if (failure instanceof PgException refusal) {
            return ofSqlState(refusal.getSqlState());
        }
        if (failure instanceof TurnTransaction.Contention) {
            return new Conflict("contention", false);
        }
        // What we throw about a record ourselves would be thrown again for ever; what the client throws about a
        // connection would not.
        return failure instanceof TurnTransaction.Defect
                        || failure instanceof IllegalArgumentException
                        || failure instanceof NullPointerException
                        || failure instanceof ArithmeticException
                        || failure instanceof IndexOutOfBoundsException
                        || failure instanceof ClassCastException
                ? new Poison(failure.getClass().getSimpleName())
                : new Transient(failure.getClass().getSimpleName());
    }

    private static Failure ofSqlState(@Nullable String state) {
        if (state == null || state.length() != 5) {
            return new Transient("no SQLSTATE");
        }
        return switch (state.substring(0, 2)) {
            // Serialisation failure and deadlock; other rollbacks (such as a lost connection's) wait.
            case "40" ->
                state.equals("40001") || state.equals("40P01")
                        ? new Conflict("SQLSTATE " + state, false)
                        : new Transient("SQLSTATE " + state);
            // Data exception, constraint, program limit. A key that is there, or gone, is usually a race that the next
            // try sees.
            case "22", "54" -> new Poison("SQLSTATE " + state);
            case "23" ->
                state.equals("23505") || state.equals("23503")
                        ? new Conflict("SQLSTATE " + state, true)
                        : new Poison("SQLSTATE " + state);
            default -> new Transient("SQLSTATE " + state);
        };
    }
}
