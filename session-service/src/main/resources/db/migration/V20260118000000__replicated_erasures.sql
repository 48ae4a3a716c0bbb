-- The replication writes erased sessions down in ClickHouse before it copies a table, and forgets their rows in quarantine.
CREATE POLICY replication ON erased_sessions TO turnkeep_replicator USING (true);
GRANT SELECT ON erased_sessions TO turnkeep_replicator;
