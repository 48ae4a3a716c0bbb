-- Snapshots of erased sessions, which lie in another store: written down with the erasure, deleted there afterwards, as often
-- as it takes.
CREATE TABLE erased_snapshots (
    session_id  uuid        PRIMARY KEY,
    org_id      uuid        NOT NULL,
    environment text        NOT NULL,
    erased_at   timestamptz NOT NULL,
    -- Until then somebody may put a snapshot there with a link from before: it is deleted once more.
    links_until timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    -- In vain, since the last deletion.
    attempts    integer     NOT NULL DEFAULT 0
);
CREATE INDEX erased_snapshots_due ON erased_snapshots (due_at);

ALTER TABLE erased_snapshots ENABLE ROW LEVEL SECURITY;
ALTER TABLE erased_snapshots FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON erased_snapshots TO turnkeep_api USING (org_id = turnkeep_org());
CREATE POLICY administration ON erased_snapshots TO turnkeep_admin USING (true);
GRANT INSERT ON erased_snapshots TO turnkeep_api;
GRANT SELECT, UPDATE, DELETE ON erased_snapshots TO turnkeep_admin;
