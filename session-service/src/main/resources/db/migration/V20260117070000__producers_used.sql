-- A channel has room for so many producers. Those that have not written for long make room for new ones.
ALTER TABLE stream_producers ADD COLUMN used_at timestamptz NOT NULL DEFAULT now();
