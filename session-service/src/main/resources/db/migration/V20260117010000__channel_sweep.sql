-- The sweep looks at what is left to do, and never again at what is done.
ALTER TABLE streams
    -- Of a deleted stream: since when none of its records and producers is left.
    ADD COLUMN emptied_at timestamptz,
    -- Erased with its session: nothing of it is remembered once it is empty.
    ADD COLUMN erased_at timestamptz;
CREATE INDEX streams_doomed ON streams (id) WHERE deleted_at IS NOT NULL AND emptied_at IS NULL;
CREATE INDEX streams_emptied ON streams (deleted_at) WHERE emptied_at IS NOT NULL;
