package dev.turnkeep.session.clickhouse;

/** ClickHouse is not configured, does not answer, or cannot answer in time. */
public final class ClickHouseAway extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ClickHouseAway(String message) {
        super(message, null, false, false);
    }

    ClickHouseAway(String message, Throwable cause) {
        super(message, cause);
    }
}
