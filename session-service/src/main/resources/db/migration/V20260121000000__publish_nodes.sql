-- What was said, for those who want it in ClickHouse, too: a publication of its own, which costs nothing until somebody reads
-- it. The primary key is what ClickHouse sorts by, and all that a deletion has to carry.
ALTER TABLE nodes REPLICA IDENTITY USING INDEX nodes_pkey;
CREATE PUBLICATION turnkeep_clickhouse_nodes_v1 FOR TABLE
    nodes (org_id, environment, hash, parent_hash, session_id, role, content, created_at),
    replication_heartbeat (stream, beat, beat_at, oldest_xid)
    WITH (publish = 'insert, update, delete, truncate');
