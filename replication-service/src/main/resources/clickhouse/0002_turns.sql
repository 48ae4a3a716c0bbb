-- Every turn, without what was said: content is large and private, and stays in Postgres.
CREATE TABLE IF NOT EXISTS ${database}.turns_v1
(
    turn_id               UUID,
    org_id                UUID,
    environment           LowCardinality(String),
    session_id            UUID,
    seq                   Int64,
    request_id            Nullable(String),
    provider              LowCardinality(String),
    model                 LowCardinality(Nullable(String)),
    agent                 LowCardinality(Nullable(String)),
    thread_id             Nullable(String),
    root_hash             FixedString(32),
    leaf_hash             FixedString(32),
    node_count            Int32,
    status                LowCardinality(String),
    stop_reason           LowCardinality(Nullable(String)),
    input_tokens          Int64,
    output_tokens         Int64,
    cache_read_tokens     Int64,
    cache_write_tokens    Int64,
    cache_write_1h_tokens Int64,
    reasoning_tokens      Int64,
    cost_nano_usd         Nullable(Int64),
    cost_source           LowCardinality(String),
    price_ref             LowCardinality(Nullable(String)),
    tool_calls            Int32,
    tool_errors           Int32,
    latency_nanos         Nullable(Int64),
    event_at              DateTime64(6, 'UTC'),
    received_at           DateTime64(6, 'UTC'),
    late                  Bool,
    traceparent           Nullable(String),
    meta                  String,
    created_at            DateTime64(6, 'UTC'),
    _version              UInt128,
    _is_deleted           UInt8
)
ENGINE = ${replacing(_version, _is_deleted)}
PARTITION BY toYYYYMM(received_at)
ORDER BY (org_id, environment, session_id, turn_id);
