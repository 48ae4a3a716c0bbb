-- Turns are stored in the order of time: what was stored lately is found without reading all, for the price of a few pages.
CREATE INDEX turns_created_at ON turns USING brin (created_at) WITH (autosummarize = on);
