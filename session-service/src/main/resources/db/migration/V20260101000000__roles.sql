-- The services meet the tables through roles that own nothing, so that row-level security holds for each of them.
-- Roles belong to the whole server: another database of it may have made them, at this very moment.
DO $$
DECLARE
    role_name text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('turnkeep roles'));
    FOREACH role_name IN ARRAY ARRAY['turnkeep_api', 'turnkeep_ingest', 'turnkeep_consumer', 'turnkeep_reaper',
                                     'turnkeep_replicator', 'turnkeep_admin', 'turnkeep_keys'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        -- A superuser may set every role. Another owner becomes a member that works under the roles but inherits
        -- nothing of them: a connection that forgets its role sees no tenant's rows.
        IF NOT pg_has_role(current_user, role_name, 'MEMBER') THEN
            BEGIN
                EXECUTE format('GRANT %I TO CURRENT_USER WITH INHERIT FALSE, SET TRUE', role_name);
            EXCEPTION
                WHEN unique_violation THEN
                    NULL;
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION 'the role % belongs to somebody else; let its owner run: GRANT % TO % WITH INHERIT FALSE, SET TRUE',
                        role_name, role_name, current_user USING ERRCODE = 'insufficient_privilege';
            END;
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public
    TO turnkeep_api, turnkeep_ingest, turnkeep_consumer, turnkeep_reaper, turnkeep_replicator, turnkeep_admin, turnkeep_keys;
