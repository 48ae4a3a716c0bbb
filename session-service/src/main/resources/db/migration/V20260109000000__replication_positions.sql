-- How far a slot was told that its sink is, written down before it is told. A slot that is further was made anew or moved by
-- somebody else: what lies between was never sent, and is made up for as after a lost slot.
ALTER TABLE replication_state
    ADD COLUMN confirmed pg_lsn,
    -- Of the server's log when that was written: a server that was promoted has its slot from its predecessor.
    ADD COLUMN timeline  integer;

COMMENT ON COLUMN replication_state.watermark IS
    'Every transaction before it was stored by the sink. Events of later ones may not be deleted from session_events: after a lost slot they are read from there.';
