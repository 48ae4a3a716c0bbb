package dev.turnkeep.replication.clickhouse;

/** ClickHouse did not answer, or said that it cannot work at the moment. Whether the statement took effect is unknown. */
public final class ClickHouseAway extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ClickHouseAway(String message, Throwable cause) {
        super(message, cause);
    }
}
