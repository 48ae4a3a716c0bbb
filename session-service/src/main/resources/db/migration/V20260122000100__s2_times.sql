-- When a stream was last written and the time of its last record are two things where its writer says what time it is.
-- last_at is the first: it keeps a session from ending. Null where the second is the same.
ALTER TABLE streams ADD COLUMN last_time timestamptz;
