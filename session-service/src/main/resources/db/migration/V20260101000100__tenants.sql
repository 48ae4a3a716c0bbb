-- Who may do what: organisations, their environments with settings, and API keys.

CREATE FUNCTION turnkeep_org() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    -- NULLIF: a pooled connection keeps an empty string after SET LOCAL has ended.
    RETURN NULLIF(current_setting('app.org_id', true), '')::uuid;

-- Replication identifies rows by these columns; a row that changed them would be two rows in ClickHouse.
CREATE FUNCTION refuse_identity_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'id, org_id, environment and created_at of % never change', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TABLE orgs (
    id          uuid        PRIMARY KEY,
    name        text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 256),
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE environments (
    id                    uuid        PRIMARY KEY,
    org_id                uuid        NOT NULL REFERENCES orgs (id),
    name                  text        NOT NULL CHECK (name ~ '^[a-z0-9-]{1,32}$'),
    idle_timeout          interval    NOT NULL DEFAULT interval '30 minutes' CHECK (idle_timeout > interval '0'),
    -- By harness id, ISO 8601 durations: {"claude": "PT10M"}.
    harness_idle_timeouts jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(harness_idle_timeouts) = 'object'),
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    UNIQUE (org_id, name)
);

CREATE TABLE api_keys (
    id              uuid        PRIMARY KEY,
    org_id          uuid        NOT NULL,
    environment     text        NOT NULL,
    -- SHA-256 of the key, for the look-up; and the key itself under AES-GCM, because public tokens are signed with it.
    key_hash        bytea       NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    key_sealed      bytea       NOT NULL,
    scopes          text[]      NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz,
    revoked_at      timestamptz,
    FOREIGN KEY (org_id, environment) REFERENCES environments (org_id, name)
);
CREATE INDEX api_keys_org ON api_keys (org_id, environment);

ALTER TABLE orgs ENABLE ROW LEVEL SECURITY;
ALTER TABLE orgs FORCE ROW LEVEL SECURITY;
ALTER TABLE environments ENABLE ROW LEVEL SECURITY;
ALTER TABLE environments FORCE ROW LEVEL SECURITY;
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON orgs TO turnkeep_api USING (id = turnkeep_org());
CREATE POLICY tenant ON environments TO turnkeep_api USING (org_id = turnkeep_org());
CREATE POLICY services ON environments FOR SELECT TO turnkeep_consumer, turnkeep_reaper, turnkeep_replicator USING (true);
CREATE POLICY administration ON orgs TO turnkeep_admin USING (true);
CREATE POLICY administration ON environments TO turnkeep_admin USING (true);
CREATE POLICY administration ON api_keys TO turnkeep_admin USING (true);
CREATE POLICY key_lookup ON api_keys FOR SELECT TO turnkeep_keys USING (true);

GRANT SELECT ON orgs, environments TO turnkeep_api;
GRANT SELECT ON environments TO turnkeep_consumer, turnkeep_reaper, turnkeep_replicator;
GRANT SELECT, INSERT, UPDATE ON orgs, environments, api_keys TO turnkeep_admin;
GRANT SELECT ON api_keys TO turnkeep_keys;

-- The one look-up that comes before the organisation is known. It finds a live key by its hash and nothing else.
CREATE FUNCTION api_key_by_hash(hash bytea)
    RETURNS TABLE (key_id uuid, org_id uuid, environment text, scopes text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT k.id, k.org_id, k.environment, k.scopes
        FROM api_keys k
        WHERE k.key_hash = hash
          AND (k.revoked_at IS NULL OR k.revoked_at > now())
          AND (k.expires_at IS NULL OR k.expires_at > now());
    END;
GRANT CREATE ON SCHEMA public TO turnkeep_keys;
ALTER FUNCTION api_key_by_hash(bytea) OWNER TO turnkeep_keys;
REVOKE CREATE ON SCHEMA public FROM turnkeep_keys;
REVOKE ALL ON FUNCTION api_key_by_hash(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_key_by_hash(bytea) TO turnkeep_api, turnkeep_ingest;
