package dev.turnkeep.replication.clickhouse;

import java.util.Set;

/** ClickHouse did not answer, or said that it cannot work at the moment. Whether the statement took effect is unknown. */
public final class ClickHouseAway extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final Set<Integer> TOO_MUCH = Set.of(159, 160, 241, 307);

    private final int code;

    /** @param code the number of ClickHouse's error; 0 when it said nothing */
    public ClickHouseAway(String message, int code, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Whether the statement asked for too much at once: time, or memory. */
    public boolean tooMuch() {
        return TOO_MUCH.contains(code);
    }

    public ClickHouseAway(String message, Throwable cause) {
        this(message, 0, cause);
    }
}
