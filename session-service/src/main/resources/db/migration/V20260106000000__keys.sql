-- Keys that are replaced, that run out and that are limited; and the look-up of the keys that an environment's public
-- tokens are signed with. The first look-up keeps its name and form for instances that are still of an earlier version.

ALTER TABLE environments
    -- Requests that one key, and the public tokens signed with it, may make per window; null for what is configured.
    ADD COLUMN rate_limit        integer CHECK (rate_limit > 0),
    ADD COLUMN public_rate_limit integer CHECK (public_rate_limit > 0);

ALTER TABLE api_keys
    ADD COLUMN name        text CHECK (char_length(name) BETWEEN 1 AND 256),
    -- The key that took its place; it works until expires_at.
    ADD COLUMN replaced_by uuid REFERENCES api_keys (id);

CREATE POLICY key_lookup ON environments FOR SELECT TO turnkeep_keys USING (true);
GRANT SELECT ON environments TO turnkeep_keys;

-- Finds a live key by its hash and nothing else, with what it may do and for how long.
CREATE FUNCTION api_key(hash bytea)
    RETURNS TABLE (key_id uuid, org_id uuid, environment text, scopes text[], expires_at timestamptz, rate_limit integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT k.id, k.org_id, k.environment, k.scopes, LEAST(k.expires_at, k.revoked_at), e.rate_limit
        FROM api_keys k
        JOIN environments e ON e.org_id = k.org_id AND e.name = k.environment
        WHERE k.key_hash = hash
          AND (k.revoked_at IS NULL OR k.revoked_at > now())
          AND (k.expires_at IS NULL OR k.expires_at > now());
    END;

-- The live keys of one environment, sealed: a public token names the environment and is signed with one of them. How many
-- there can be is bounded where keys are made; the limit here is the second wall.
CREATE FUNCTION api_signing_keys(environment_id uuid)
    RETURNS TABLE (key_id uuid, org_id uuid, environment text, key_sealed bytea, scopes text[], expires_at timestamptz,
                   rate_limit integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT k.id, k.org_id, k.environment, k.key_sealed, k.scopes, LEAST(k.expires_at, k.revoked_at),
               e.public_rate_limit
        FROM environments e
        JOIN api_keys k ON k.org_id = e.org_id AND k.environment = e.name
        WHERE e.id = environment_id
          AND (k.revoked_at IS NULL OR k.revoked_at > now())
          AND (k.expires_at IS NULL OR k.expires_at > now())
        ORDER BY k.created_at DESC, k.id DESC
        LIMIT 32;
    END;

GRANT CREATE ON SCHEMA public TO turnkeep_keys;
ALTER FUNCTION api_key(bytea) OWNER TO turnkeep_keys;
ALTER FUNCTION api_signing_keys(uuid) OWNER TO turnkeep_keys;
REVOKE CREATE ON SCHEMA public FROM turnkeep_keys;
REVOKE ALL ON FUNCTION api_key(bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION api_signing_keys(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_key(bytea) TO turnkeep_api, turnkeep_ingest;
GRANT EXECUTE ON FUNCTION api_signing_keys(uuid) TO turnkeep_api;
