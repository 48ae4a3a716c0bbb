-- What is known of a turn's usage: whether it is all, its other parts, and how the call was served. What it costs follows from
-- them as well. Nothing but this in the transaction: readers of turns wait for its end.
ALTER TABLE turns
    -- The counts are what was told before the response broke off, or some were never told. Counts of 0 were not told at all.
    ADD COLUMN usage_partial boolean NOT NULL DEFAULT false,
    -- Counts by name, such as {"web_searches":2}; null when there are none.
    ADD COLUMN usage_parts   json,
    -- Null: the usual one.
    ADD COLUMN service_tier  text;

SELECT publish_columns('turnkeep_clickhouse_v1', 'turns', '{usage_partial,usage_parts,service_tier}');
