-- A tombstone's names count for turns that were appended before the erasure. When no log has those any more, the ids do.
CREATE INDEX erased_sessions_named ON erased_sessions (erased_at)
    WHERE harness_session_id IS NOT NULL OR external_id IS NOT NULL OR actor_id IS NOT NULL;
CREATE POLICY pruning ON erased_sessions TO turnkeep_reaper USING (true);
GRANT SELECT, UPDATE ON erased_sessions TO turnkeep_reaper;
