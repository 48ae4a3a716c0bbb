-- As before, but for the lock on the channels: it keeps off those who append, make, trim or remove, and lets those go on who
-- only hold a channel against its removal. A fork copies for long, and no close, and no batch of the reaper's, waits for it:
-- what is copied never changes.
CREATE OR REPLACE FUNCTION change_sessions(ids uuid[], versions bigint[], event_ids uuid[], change text, reason text,
                                           at timestamptz)
    RETURNS TABLE (id uuid, ended_at timestamptz, started_at timestamptz, turn_count bigint)
    LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT c.id, c.ended_at, c.started_at, c.turn_count
        FROM change_session_rows(ids, versions, event_ids, change, reason, at) AS c;
    IF change IN ('session.closed', 'session.expired', 'session.retired') THEN
        PERFORM 1 FROM streams s WHERE s.session_id = ANY (ids) AND s.deleted_at IS NULL ORDER BY s.id
            FOR NO KEY UPDATE;
        UPDATE streams s SET
            closed_at = coalesce(s.closed_at, at),
            deadline = LEAST(s.deadline, at + e.channel_retention)
        FROM sessions v
        JOIN environments e ON e.org_id = v.org_id AND e.name = v.environment
        WHERE v.id = ANY (ids) AND v.state IN ('closed', 'retired')
          AND s.session_id = v.id AND s.org_id = v.org_id AND s.environment = v.environment AND s.deleted_at IS NULL;
    END IF;
END $$;
