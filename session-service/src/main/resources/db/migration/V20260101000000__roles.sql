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
        BEGIN
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        EXCEPTION WHEN unique_violation THEN
            NULL;
        END;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public
    TO turnkeep_api, turnkeep_ingest, turnkeep_consumer, turnkeep_reaper, turnkeep_replicator, turnkeep_admin, turnkeep_keys;
