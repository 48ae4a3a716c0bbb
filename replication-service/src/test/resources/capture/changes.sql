INSERT INTO keyed VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000001',
    '2026-01-02 03:04:05.000006+00', 'Käse', repeat('abcdefgh', 400), -7, true, '{a,"b c"}', '{"a": 1}', '{"a" : 1}', 'busy', 12.5)
--
INSERT INTO keyed (org, id, at) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000002',
    '1999-12-31 23:59:59+00')
--
UPDATE keyed SET n = 9223372036854775807 WHERE id = '00000000-0000-0000-0000-000000000001'
--
UPDATE keyed SET hidden = 'still not' WHERE id = '00000000-0000-0000-0000-000000000002'
--
BEGIN
--
UPDATE keyed SET id = '00000000-0000-0000-0000-000000000003' WHERE id = '00000000-0000-0000-0000-000000000002'
--
INSERT INTO whole SELECT n, 'row ' || n FROM generate_series(1, 3) n
--
UPDATE whole SET note = NULL WHERE id = 2
--
SAVEPOINT s
--
INSERT INTO whole VALUES (99, 'taken back')
--
ROLLBACK TO s
--
DELETE FROM whole WHERE id = 2
--
COMMIT
--
DELETE FROM keyed WHERE id = '00000000-0000-0000-0000-000000000001'
--
ALTER TABLE whole ADD COLUMN more int DEFAULT 5
--
INSERT INTO whole VALUES (4, '', 6)
--
SELECT pg_logical_emit_message(true, 'turnkeep', 'said')
--
SELECT pg_replication_origin_session_setup('turnkeep_capture')
--
INSERT INTO whole VALUES (5, 'from elsewhere', NULL)
--
SELECT pg_replication_origin_session_reset()
--
TRUNCATE whole RESTART IDENTITY CASCADE
