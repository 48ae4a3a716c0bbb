package dev.turnkeep.localstack.postgres;

import dev.turnkeep.localstack.Ping;
import dev.turnkeep.localstack.PostgresAddress;
import java.sql.SQLException;

/** Logs in and runs a statement. */
public final class PostgresPing implements Ping<PostgresAddress> {

    @Override
    public void ping(PostgresAddress address) throws SQLException {
        try (var connection = address.connect();
                var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
    }
}
