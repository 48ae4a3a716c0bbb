-- A way to the sessions of one organisation in the order of their ids, for jobs. Who writes sessions waits while it is made;
-- whoever cannot wait makes it before the upgrade, by CREATE INDEX CONCURRENTLY, and it is found here.
CREATE INDEX IF NOT EXISTS sessions_of_org ON sessions (org_id, id);

-- An attempt that broke off leaves an index of that name that is not used, and costs every writer: it must not pass for one.
DO $$
BEGIN
    IF NOT (SELECT indisvalid FROM pg_index WHERE indexrelid = 'sessions_of_org'::regclass) THEN
        RAISE EXCEPTION 'the index sessions_of_org is invalid'
            USING HINT = 'DROP INDEX CONCURRENTLY sessions_of_org, and start the migration again';
    END IF;
END
$$;
