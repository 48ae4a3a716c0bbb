package dev.turnkeep.replication.stream;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;

/**
 * Whether a role sees every row of a table. Row-level security hides rows without a word, so an empty table tells nothing;
 * the policies do.
 */
public final class Visibility {
    private Visibility() {}

    /**
     * What is hidden from the connection's role, in words for an operator; empty when nothing is.
     *
     * @param tables of the schema {@code public}
     */
    public static Optional<String> fault(Connection connection, Collection<String> tables) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement("""
                SELECT c.relname, current_user
                FROM pg_class c
                CROSS JOIN LATERAL (
                    SELECT count(*) FILTER (WHERE p.polpermissive AND p.qual = 'true') AS open,
                           count(*) FILTER (WHERE NOT p.polpermissive AND p.qual <> 'true') AS closed
                    FROM (SELECT polpermissive, pg_get_expr(polqual, polrelid) AS qual
                          FROM pg_policy
                          WHERE polrelid = c.oid AND polcmd IN ('r', '*')
                            AND EXISTS (SELECT FROM unnest(polroles) AS granted (role)
                                        WHERE role = 0 OR pg_has_role(current_user, role, 'USAGE'))) AS p
                ) AS policies
                WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (?) AND row_security_active(c.oid)
                  AND (policies.open = 0 OR policies.closed > 0)
                ORDER BY c.relname
                """)) {
            Array names = connection.createArrayOf("text", tables.toArray());
            ask.setArray(1, names);
            try (ResultSet hidden = ask.executeQuery()) {
                if (!hidden.next()) {
                    return Optional.empty();
                }
                String table = hidden.getString(1);
                String role = hidden.getString(2);
                return Optional.of("the role " + role + " does not see every row of " + table
                        + "; run: CREATE POLICY replication ON " + table + " TO " + role + " USING (true)");
            }
        }
    }
}
