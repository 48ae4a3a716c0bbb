-- Producers of writers with a token only. They are counted apart: whoever has a page's token can make as many as it likes, and
-- must not keep those out that come with a key.
ALTER TABLE stream_producers ADD COLUMN guest boolean NOT NULL DEFAULT false;
