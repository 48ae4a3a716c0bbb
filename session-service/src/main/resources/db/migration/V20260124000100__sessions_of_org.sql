-- A way to the sessions of one organisation in the order of their ids, for jobs. Who writes sessions waits while it is made;
-- whoever cannot wait makes it before the upgrade, by CREATE INDEX CONCURRENTLY, and it is found here.
CREATE INDEX IF NOT EXISTS sessions_of_org ON sessions (org_id, id);
