package dev.turnkeep.replication.table;

/** A value that the ClickHouse column cannot hold, or that is no value of its Postgres type at all. Says no content. */
final class Unrepresentable extends Exception {
    private static final long serialVersionUID = 1L;

    Unrepresentable(String message) {
        super(message);
    }
}
