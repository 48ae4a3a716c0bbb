-- What was asked for when a session was forked: asked for again under the same name, it is answered with the same fork.
CREATE TABLE session_forks (
    session_id  uuid PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    org_id      uuid NOT NULL,
    environment text NOT NULL,
    source_id   uuid NOT NULL,
    -- Where the copies end, by channel, one a line.
    wish        text NOT NULL
);
ALTER TABLE session_forks ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_forks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON session_forks TO turnkeep_api USING (org_id = turnkeep_org());
GRANT SELECT, INSERT ON session_forks TO turnkeep_api;
