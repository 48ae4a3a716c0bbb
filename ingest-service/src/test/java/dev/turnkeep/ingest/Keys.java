package dev.turnkeep.ingest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The one function of the database that ingest calls, over a table of the test's own. */
final class Keys {
    static final UUID ORG = UUID.fromString("0198c0de-0000-7000-8000-000000000001");
    static final String ENVIRONMENT = "test";
    static final String KEY = "tk_test_ingest";
    static final String READER = "tk_test_reader";

    private Keys() {}

    static void install(TestStack stack) throws SQLException {
        try (Connection connection = stack.database();
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    DO $$ BEGIN CREATE ROLE turnkeep_ingest NOLOGIN;
                    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
                    CREATE TABLE IF NOT EXISTS keys (
                        hash bytea PRIMARY KEY, key_id uuid, org_id uuid, environment text, scopes text[],
                        rate_limit integer);
                    CREATE OR REPLACE FUNCTION api_key(hash bytea)
                        RETURNS TABLE (key_id uuid, org_id uuid, environment text, scopes text[],
                            expires_at timestamptz, rate_limit integer)
                        LANGUAGE sql STABLE SECURITY DEFINER
                        AS 'SELECT k.key_id, k.org_id, k.environment, k.scopes, NULL::timestamptz, k.rate_limit
                            FROM keys k WHERE k.hash = $1';
                    GRANT EXECUTE ON FUNCTION api_key(bytea) TO turnkeep_ingest;
                    """);
        }
        add(stack, KEY, "ingest");
        add(stack, READER, "read");
    }

    static void add(TestStack stack, String key, String scope) throws SQLException {
        add(stack, key, scope, null);
    }

    /** @param limit requests in a window; null is without */
    static void add(TestStack stack, String key, String scope, @Nullable Integer limit) throws SQLException {
        try (Connection connection = stack.database();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO keys VALUES (?, gen_random_uuid(), ?, ?, ARRAY[?], ?) ON CONFLICT DO NOTHING")) {
            insert.setBytes(1, sha256(key));
            insert.setObject(2, ORG);
            insert.setString(3, ENVIRONMENT);
            insert.setString(4, scope);
            insert.setObject(5, limit, Types.INTEGER);
            insert.executeUpdate();
        }
    }

    static void revoke(TestStack stack, String key) throws SQLException {
        try (Connection connection = stack.database();
                PreparedStatement delete = connection.prepareStatement("DELETE FROM keys WHERE hash = ?")) {
            delete.setBytes(1, sha256(key));
            delete.executeUpdate();
        }
    }

    private static byte[] sha256(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
