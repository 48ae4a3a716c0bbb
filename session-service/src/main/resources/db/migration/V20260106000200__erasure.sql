-- What keeps an erased session out: turns of it that still wait in a topic, are sent again, or are replayed.

-- The names under which turns address the session. A name counts for what was appended before the erasure; the id for ever.
CREATE TABLE erased_sessions (
    session_id         uuid        PRIMARY KEY,
    org_id             uuid        NOT NULL,
    environment        text        NOT NULL,
    harness_id         text        NOT NULL,
    harness_session_id text,
    external_id        text,
    actor_id           text,
    -- Of an implicit session, whose name others have too: the event times of what belonged to it.
    covers_from        timestamptz,
    covers_to          timestamptz,
    erased_at          timestamptz NOT NULL
);
CREATE INDEX erased_sessions_key ON erased_sessions (org_id, environment, harness_session_id, harness_id)
    WHERE harness_session_id IS NOT NULL;
CREATE INDEX erased_sessions_external ON erased_sessions (org_id, environment, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX erased_sessions_slot ON erased_sessions (org_id, environment, actor_id, harness_id)
    WHERE actor_id IS NOT NULL AND harness_session_id IS NULL;

-- The turns that were stored: one that its proxy sends again is appended anew, after the erasure.
CREATE TABLE erased_turns (
    turn_id   uuid        NOT NULL,
    org_id    uuid        NOT NULL,
    erased_at timestamptz NOT NULL,
    PRIMARY KEY (turn_id, org_id)
);

-- Whose text a node goes on with, when the session that sent it first is erased.
CREATE INDEX node_variants_hash ON node_variants (hash, org_id, environment);

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['erased_sessions', 'erased_turns'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY tenant ON %I TO turnkeep_api USING (org_id = turnkeep_org())', tenant_table);
        EXECUTE format('CREATE POLICY services ON %I TO turnkeep_consumer, turnkeep_reaper USING (true)', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO turnkeep_api', tenant_table);
        EXECUTE format('GRANT SELECT ON %I TO turnkeep_consumer, turnkeep_reaper', tenant_table);
    END LOOP;
END $$;
GRANT SELECT, DELETE ON session_end_failures TO turnkeep_api;
