-- What lists look up beside the sessions that ClickHouse names: whatever ClickHouse may not know yet.

-- A tenant's events past the position up to which ClickHouse has everything.
CREATE INDEX session_events_changed ON session_events (org_id, environment, xid) INCLUDE (session_id);

-- A tenant's open sessions: turns change them without an event. No column of it moves with a turn.
CREATE INDEX sessions_open_of ON sessions (org_id, environment, id) WHERE state = 'open';

-- That position. It is one of the whole installation, and tells nothing of any tenant.
GRANT SELECT (stream, restoring, watermark) ON replication_state TO turnkeep_api;
