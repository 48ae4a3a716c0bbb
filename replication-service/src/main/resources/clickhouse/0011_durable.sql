-- Also what is written with an event, or tells one history from another, is on the disk before anything is acknowledged.
ALTER TABLE ${database}.erased_sessions MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
ALTER TABLE ${database}.timelines MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
ALTER TABLE ${database}.common_ends MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

-- Whether a table has something behind a position is asked at every start. The parts know between which versions they lie.
ALTER TABLE ${database}.sessions_v1 ADD INDEX IF NOT EXISTS version_range _version TYPE minmax GRANULARITY 1;
ALTER TABLE ${database}.turns_v1 ADD INDEX IF NOT EXISTS version_range _version TYPE minmax GRANULARITY 1;
ALTER TABLE ${database}.session_events_v1 ADD INDEX IF NOT EXISTS version_range _version TYPE minmax GRANULARITY 1;
ALTER TABLE ${database}.nodes_v1 ADD INDEX IF NOT EXISTS version_range _version TYPE minmax GRANULARITY 1;
ALTER TABLE ${database}.sessions_v1 MATERIALIZE INDEX version_range;
ALTER TABLE ${database}.turns_v1 MATERIALIZE INDEX version_range;
ALTER TABLE ${database}.session_events_v1 MATERIALIZE INDEX version_range;
ALTER TABLE ${database}.nodes_v1 MATERIALIZE INDEX version_range;

-- A node is hidden by its own deletion. One that is missing, since nobody saw it, is made up for when the table is made anew:
-- until then this hides what an erased session said first. What others have said, too, is not theirs by then.
CREATE OR REPLACE VIEW ${database}.nodes
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT org_id, environment, lower(hex(hash)) AS hash, lower(hex(parent_hash)) AS parent_hash, session_id, role, content,
       created_at
FROM ${database}.nodes_v1 FINAL
WHERE (org_id, environment, session_id) NOT IN (SELECT org_id, environment, session_id FROM ${database}.erased_sessions);
