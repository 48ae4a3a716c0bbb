-- What was said, where turnkeep.replication.tables.nodes is set; empty elsewhere. A node is told by its hash, and Postgres'
-- primary key is all that its deletion carries: an index with a time, for partitions by month, every turn would have to pay.
CREATE TABLE IF NOT EXISTS ${database}.nodes_v1
(
    org_id       UUID,
    environment  LowCardinality(String),
    hash         FixedString(32),
    parent_hash  Nullable(FixedString(32)),
    session_id   UUID,
    role         LowCardinality(String),
    content      String CODEC(ZSTD(3)),
    created_at   DateTime64(6, 'UTC'),
    _version     UInt128,
    _is_deleted  UInt8
)
ENGINE = ${replacing(_version, _is_deleted)}
ORDER BY (org_id, environment, hash);

CREATE OR REPLACE VIEW ${database}.nodes
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT org_id, environment, lower(hex(hash)) AS hash, lower(hex(parent_hash)) AS parent_hash, session_id, role, content,
       created_at
FROM ${database}.nodes_v1 FINAL;
