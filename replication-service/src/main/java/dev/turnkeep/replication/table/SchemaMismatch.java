package dev.turnkeep.replication.table;

/** What Postgres publishes does not fit what ClickHouse has. The message holds what somebody has to run. */
final class SchemaMismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SchemaMismatch(String message) {
        super(message);
    }
}
