-- S2 on the same log.
ALTER TABLE streams
    -- Whoever names a token in an append has to name this one; null is the empty token.
    ADD COLUMN fencing_token text CHECK (octet_length(fencing_token) <= 36);

-- 4: bytes that need not be what the stream's content type says. The old rows keep the old rule.
ALTER TABLE stream_records DROP CONSTRAINT stream_records_kind_check;
ALTER TABLE stream_records ADD CONSTRAINT stream_records_kind_check CHECK (kind BETWEEN 0 AND 4) NOT VALID;
