-- Events that a request of the API makes carry its trace, whatever statement or function writes them: the transaction says it once.
ALTER TABLE session_events ALTER COLUMN traceparent SET DEFAULT NULLIF(current_setting('app.traceparent', true), '');
