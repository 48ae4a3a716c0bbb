-- The rows of a copy have one version, the position at which their slot began: without its key, of the rows that ClickHouse
-- refuses only the first one would be kept.
ALTER TABLE replication_quarantine ADD COLUMN row_key text NOT NULL DEFAULT '';

UPDATE replication_quarantine SET row_key = coalesce(
    (SELECT string_agg(c ->> 'hex', '.' ORDER BY n)
     FROM json_array_elements(row_content) WITH ORDINALITY AS e (c, n)
     WHERE (c ->> 'key')::boolean), '')
WHERE json_typeof(row_content) = 'array';

DO $$
BEGIN
    EXECUTE (SELECT 'ALTER TABLE replication_quarantine DROP CONSTRAINT ' || quote_ident(conname)
             FROM pg_constraint WHERE conrelid = 'replication_quarantine'::regclass AND contype = 'u');
END $$;

ALTER TABLE replication_quarantine
    ADD CONSTRAINT replication_quarantine_once
    UNIQUE (stream, table_name, generation, commit_lsn, change_index, row_key);
