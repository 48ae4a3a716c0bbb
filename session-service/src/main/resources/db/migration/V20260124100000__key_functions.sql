-- Who may look keys up. The functions belong to turnkeep_keys, so only that role may say; an owner of the schema who is no
-- superuser, and inherits nothing of it, has said so in vain: everybody who may log in could ask for sealed keys.
SET LOCAL ROLE turnkeep_keys;
REVOKE ALL ON FUNCTION api_key_by_hash(bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION api_key(bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION api_signing_keys(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_key_by_hash(bytea) TO turnkeep_api, turnkeep_ingest;
GRANT EXECUTE ON FUNCTION api_key(bytea) TO turnkeep_api, turnkeep_ingest;
GRANT EXECUTE ON FUNCTION api_signing_keys(uuid) TO turnkeep_api;
RESET ROLE;
