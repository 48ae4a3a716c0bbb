-- What happened to sessions. Rows are only ever added here: Postgres forgets its own after weeks, ClickHouse by this TTL.
CREATE TABLE IF NOT EXISTS ${database}.session_events_v1
(
    id           UUID,
    position     Int64,
    org_id       UUID,
    environment  LowCardinality(String),
    session_id   UUID,
    epoch        Int32,
    type         LowCardinality(String),
    occurred_at  DateTime64(6, 'UTC'),
    payload      String,
    traceparent  Nullable(String),
    created_at   DateTime64(6, 'UTC'),
    _version     UInt128,
    _is_deleted  UInt8
)
ENGINE = ${replacing(_version, _is_deleted)}
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (org_id, environment, session_id, epoch, id)
TTL toDateTime(occurred_at) + toIntervalDay(${event_days});
