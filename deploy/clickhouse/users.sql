-- Users of a ClickHouse server, run once by an administrator before replication-service and session-service use it (rights may be
-- given on what is not there yet):
--   clickhouse-client --param_writer_password=... --param_reader_password=... --multiquery < users.sql
-- Not for the embedded engine of the local stack, which has no users.

CREATE USER IF NOT EXISTS turnkeep_replication IDENTIFIED WITH sha256_password BY {writer_password:String};
GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, ALTER TABLE, SELECT, INSERT ON turnkeep.* TO turnkeep_replication;
GRANT SELECT ON system.tables TO turnkeep_replication;
GRANT SELECT ON system.columns TO turnkeep_replication;
GRANT SELECT ON system.parts TO turnkeep_replication;
GRANT SELECT ON system.mutations TO turnkeep_replication;
GRANT SELECT ON system.processes TO turnkeep_replication;
-- The views read with the rights of their definer, so that their readers need none on the tables.
GRANT SET DEFINER ON turnkeep_replication TO turnkeep_replication;

CREATE SETTINGS PROFILE IF NOT EXISTS turnkeep_reader SETTINGS
    readonly = 2,
    max_execution_time = 60 MAX 300,
    max_memory_usage = 4000000000 MAX 8000000000,
    max_result_rows = 10000000;
CREATE USER IF NOT EXISTS turnkeep_reader IDENTIFIED WITH sha256_password BY {reader_password:String}
    DEFAULT DATABASE turnkeep SETTINGS PROFILE turnkeep_reader;
-- The views and nothing else: the tables hold rows that were deleted or replaced.
GRANT SELECT ON turnkeep.sessions TO turnkeep_reader;
GRANT SELECT ON turnkeep.turns TO turnkeep_reader;
GRANT SELECT ON turnkeep.session_events TO turnkeep_reader;
-- What was said is private: with turnkeep.replication.tables.nodes, grant turnkeep.nodes to whom it concerns.
