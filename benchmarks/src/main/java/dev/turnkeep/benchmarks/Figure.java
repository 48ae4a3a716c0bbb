package dev.turnkeep.benchmarks;

/** What is measured, in the order of a round. */
enum Figure {
    ACCEPTED("POST /v1/ingest, 64 connections"),
    ACCEPTED_BATCH("POST /v1/ingest/batch, 100 turns each"),
    DRAINED("session-service drains a full topic"),
    PRODUCER_LIMIT("limit: bare Kafka producer, same records, acks=all"),
    INSERT_LIMIT("limit: bare multi-row inserts, same rows");

    final String title;

    Figure(String title) {
        this.title = title;
    }
}
