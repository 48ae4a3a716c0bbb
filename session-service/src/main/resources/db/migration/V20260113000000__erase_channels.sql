-- Channels go with their session when it is erased.
CREATE POLICY tenant ON stream_producers TO turnkeep_api USING (EXISTS (SELECT FROM streams s WHERE s.id = stream_id));
GRANT DELETE ON streams, stream_records TO turnkeep_api;
GRANT SELECT, DELETE ON stream_producers TO turnkeep_api;
