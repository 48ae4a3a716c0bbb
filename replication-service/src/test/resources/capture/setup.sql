CREATE TYPE mood AS ENUM ('calm', 'busy')
--
CREATE TABLE keyed (org uuid NOT NULL, id uuid NOT NULL, at timestamptz NOT NULL, note text, big text, n bigint, ok boolean,
    tags text[], extra jsonb, said json, mood mood, amount numeric, hidden text DEFAULT 'never published')
--
ALTER TABLE keyed ALTER COLUMN big SET STORAGE EXTERNAL
--
CREATE UNIQUE INDEX keyed_identity ON keyed (org, id, at)
--
ALTER TABLE keyed REPLICA IDENTITY USING INDEX keyed_identity
--
CREATE TABLE whole (id int, note text)
--
ALTER TABLE whole REPLICA IDENTITY FULL
--
CREATE PUBLICATION captured FOR TABLE keyed (org, id, at, note, big, n, ok, tags, extra, said, mood, amount), whole
--
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_replication_origin WHERE roname = 'turnkeep_capture') THEN
        PERFORM pg_replication_origin_create('turnkeep_capture');
    END IF;
END $$
