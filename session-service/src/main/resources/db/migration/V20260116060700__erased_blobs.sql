-- Prompts, tool lists and parameters that turns of erased sessions named: whether others name them, too, is looked at after the
-- erasure, because that reads many turns, and nobody is to wait for it.
CREATE TABLE erased_blobs (
    org_id      uuid        NOT NULL,
    environment text        NOT NULL,
    digest      bytea       NOT NULL,
    -- Anew with every erasure: whoever looks at an earlier one does not forget a later one.
    noted_at    timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    PRIMARY KEY (org_id, environment, digest)
);
CREATE INDEX erased_blobs_due ON erased_blobs (due_at);

ALTER TABLE erased_blobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE erased_blobs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON erased_blobs TO turnkeep_api USING (org_id = turnkeep_org());
CREATE POLICY administration ON erased_blobs TO turnkeep_admin USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON erased_blobs TO turnkeep_api;
GRANT SELECT, UPDATE ON erased_blobs TO turnkeep_admin;
