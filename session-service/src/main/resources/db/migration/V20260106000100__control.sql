-- What the session API remembers besides the sessions: requests that may come again, and the runs that a session has had.

-- A create without a name of its own is told apart by its request's key; one that comes again within a day finds the same
-- session. No foreign key: rows go by age, whatever has become of the session.
CREATE TABLE session_requests (
    org_id       uuid        NOT NULL,
    environment  text        NOT NULL,
    request_key  text        NOT NULL CHECK (char_length(request_key) BETWEEN 1 AND 256),
    session_id   uuid        NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (org_id, environment, request_key)
);
CREATE INDEX session_requests_age ON session_requests (org_id, created_at);
CREATE INDEX session_requests_session ON session_requests (session_id);

-- The runs that a session was given, oldest first: a handover names the run that it comes from.
CREATE TABLE session_runs (
    org_id       uuid        NOT NULL,
    environment  text        NOT NULL,
    run_id       text        NOT NULL,
    session_id   uuid        NOT NULL,
    reason       text        NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (org_id, environment, run_id)
);
CREATE INDEX session_runs_session ON session_runs (session_id, created_at);

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['session_requests', 'session_runs'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY tenant ON %I TO turnkeep_api USING (org_id = turnkeep_org())', tenant_table);
        EXECUTE format('CREATE POLICY services ON %I TO turnkeep_reaper USING (true)', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO turnkeep_api, turnkeep_reaper', tenant_table);
    END LOOP;
END $$;
