-- Of which session a row in quarantine speaks, so that an erasure finds them without reading all that waits there. What is kept of
-- an event that cannot be published is its id alone.
CREATE FUNCTION quarantined_session(table_name text, row_content json) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN json_typeof(row_content) = 'array' THEN
            (SELECT CASE WHEN (c ->> 'hex') ~ '^[0-9a-f]{32}$' THEN (c ->> 'hex')::uuid END
             FROM json_array_elements(row_content) AS c
             WHERE c ->> 'name' = CASE table_name WHEN 'sessions' THEN 'id' ELSE 'session_id' END
             LIMIT 1) END
    $$;

ALTER TABLE replication_quarantine
    ADD COLUMN session_id uuid GENERATED ALWAYS AS (quarantined_session(table_name, row_content)) STORED;

CREATE INDEX replication_quarantine_sessions ON replication_quarantine (session_id);

GRANT EXECUTE ON FUNCTION quarantined_session(text, json) TO turnkeep_replicator;
