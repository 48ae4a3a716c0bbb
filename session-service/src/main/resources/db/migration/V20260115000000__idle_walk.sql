-- The sweep and the check walk through the open sessions by bucket and id. With the bucket alone in the index, sessions of
-- one minute were read and sorted again for each page of them.
DROP INDEX sessions_idle;
CREATE INDEX sessions_idle ON sessions (idle_bucket, id) WHERE state = 'open';
