-- A session that is resumed by request is in use from that moment, also for the turn that comes next: without its last
-- event moved on, the next turn of an implicit slot was a boundary and split the session that had just been resumed.

-- Changes the state of sessions and writes the event of each change in the same transaction. Which changes a state allows,
-- and what the ids of the events are, is decided by the caller under its row locks (contracts: Command, Change); a row that
-- is not at the version it was read at, or not in a state that the change leads from, is left as it is.
--
-- change: the event's type, one of session.ended, .closed, .expired, .suspended, .resumed, .retired
-- reason: of an end or a close; null else
-- Answers the rows that were changed, as they are now.
CREATE OR REPLACE FUNCTION change_sessions(ids uuid[], versions bigint[], event_ids uuid[], change text, reason text, at timestamptz)
    RETURNS TABLE (id uuid, ended_at timestamptz, started_at timestamptz, turn_count bigint)
    LANGUAGE sql VOLATILE AS $$
    WITH changed AS (
        UPDATE sessions s SET
            state = CASE change
                WHEN 'session.ended' THEN 'ended'
                WHEN 'session.suspended' THEN 'suspended'
                WHEN 'session.resumed' THEN 'open'
                WHEN 'session.retired' THEN 'retired'
                ELSE 'closed' END,
            -- The end of an epoch is its last event, not the moment of reaping; a request is an event of its own.
            ended_at = CASE WHEN change <> 'session.ended' THEN s.ended_at
                WHEN reason = 'requested' THEN GREATEST(s.last_event_at, at)
                ELSE s.last_event_at END,
            end_reason = CASE WHEN change = 'session.ended' THEN reason ELSE s.end_reason END,
            suspended_at = CASE WHEN change = 'session.suspended' THEN at END,
            -- Whoever resumes a session uses it: it gets a whole idle timeout again, before it is idle and before the next
            -- turn of its slot is a boundary.
            last_event_at = CASE WHEN change = 'session.resumed' THEN GREATEST(s.last_event_at, at)
                ELSE s.last_event_at END,
            last_received_at = CASE WHEN change = 'session.resumed' THEN GREATEST(s.last_received_at, at)
                ELSE s.last_received_at END,
            idle_bucket = CASE WHEN change = 'session.resumed' THEN date_trunc('minute', GREATEST(s.last_received_at, at) + (
                SELECT coalesce((e.harness_idle_timeouts ->> s.harness_id)::interval, e.idle_timeout)
                FROM environments e WHERE e.org_id = s.org_id AND e.name = s.environment)) END,
            closed_at = CASE WHEN change IN ('session.closed', 'session.expired') THEN at ELSE s.closed_at END,
            closed_reason = CASE WHEN change IN ('session.closed', 'session.expired') THEN reason ELSE s.closed_reason END,
            retired_at = CASE WHEN change = 'session.retired' THEN at ELSE s.retired_at END,
            version = s.version + 1,
            updated_at = at
        FROM unnest(ids, versions, event_ids) AS a (id, version, event_id)
        WHERE s.id = a.id AND s.version = a.version AND NOT s.is_placeholder
          AND s.state = ANY (CASE change
                WHEN 'session.ended' THEN '{open,suspended}'::text[]
                WHEN 'session.suspended' THEN '{open}'
                WHEN 'session.resumed' THEN '{suspended}'
                WHEN 'session.retired' THEN '{created,ended,closed}'
                WHEN 'session.closed' THEN '{created,ended}'
                WHEN 'session.expired' THEN '{created,ended}'
                ELSE '{}' END)
        RETURNING a.event_id, s AS session
    ), told AS (
        INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
        SELECT c.event_id, (c.session).org_id, (c.session).environment, (c.session).id, (c.session).epoch, change,
               CASE WHEN change = 'session.ended' THEN (c.session).ended_at ELSE at END,
               JSON_OBJECT('reason' VALUE CASE WHEN change IN ('session.ended', 'session.closed') THEN reason END,
                           'session' VALUE session_snapshot(c.session) ABSENT ON NULL RETURNING json),
               at
        FROM changed c
        ORDER BY (c.session).id
        RETURNING 1
    )
    SELECT (c.session).id, (c.session).ended_at, (c.session).started_at, (c.session).turn_count FROM changed c
$$;
