-- How many partitions a topic has is a fact of its own: it is looked up whether or not any partition is quiet, and a
-- watermark vouches for a key no further than the look at it does.
CREATE TABLE topic_progress (
    topic           text        PRIMARY KEY,
    partition_count integer     NOT NULL CHECK (partition_count > 0),
    -- The topic had so many partitions at this moment.
    counted_at      timestamptz NOT NULL,
    -- Before this moment a producer may have written a key to another partition than it does now.
    counted_since   timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO topic_progress (topic, partition_count, counted_at, counted_since)
SELECT p.topic, max(p.partition_count), '-infinity', max(p.counted_since)
FROM partition_progress p
WHERE p.partition_count > 0
GROUP BY p.topic;

ALTER TABLE partition_progress DROP COLUMN partition_count, DROP COLUMN counted_since;

GRANT SELECT, INSERT, UPDATE ON topic_progress TO turnkeep_consumer;
-- The reaper compares the events with what the streams have stored.
GRANT SELECT ON topic_progress, replication_state TO turnkeep_reaper;
