-- How far a copy of Postgres has come, so that a crash does not begin it again. The rows themselves are in the shadow tables.
CREATE TABLE IF NOT EXISTS ${database}.snapshot_progress
(
    generation String,
    table_name String,
    cursor     String,
    rows       UInt64,
    finished   UInt8,
    step       UInt64,
    at         DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ${replacing(step)}
ORDER BY (generation, table_name);
