-- Up to where everything of a generation is stored here, written before Postgres is told: what is older than that has lost
-- something, or was brought back from a backup.
CREATE TABLE IF NOT EXISTS ${database}.positions
(
    generation String,
    position   UInt64,
    at         DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ${replacing(position)}
ORDER BY generation;

-- Where the history of a generation ended, when Postgres turned out to be on another one.
CREATE TABLE IF NOT EXISTS ${database}.common_ends
(
    generation String,
    position   UInt64,
    at         DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ${replacing(at)}
ORDER BY (generation, position);

-- An insert that is answered is acknowledged to Postgres, which then forgets it: the power may fail right after it.
ALTER TABLE ${database}.positions MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
ALTER TABLE ${database}.snapshot_progress MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
ALTER TABLE ${database}.sessions_v1 MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
ALTER TABLE ${database}.turns_v1 MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
ALTER TABLE ${database}.session_events_v1 MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
ALTER TABLE ${database}.nodes_v1 MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
