package dev.turnkeep.replication.table;

import java.sql.PreparedStatement;

/** Asks for tables to be made anew. */
final class Resnapshot {
    private Resnapshot() {}

    /**
     * From now on what the stream remembers is nobody's: at its next start it finds that its slot continues nothing, makes a new
     * one and restores. Durable when it returns.
     */
    static void request(PostgresLink postgres, String stream) {
        postgres.with(connection -> {
            try (PreparedStatement forget = connection.prepareStatement(
                    "UPDATE replication_state SET system_identifier = '', updated_at = now() WHERE stream = ?")) {
                forget.setString(1, stream);
                return forget.executeUpdate();
            }
        });
    }

    /** Ends the connection that reads the slot, so that the stream starts over at once. */
    static void interrupt(PostgresLink postgres, String slot) {
        postgres.with(connection -> {
            try (PreparedStatement cut = connection.prepareStatement(
                    "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = ? AND active")) {
                cut.setString(1, slot);
                return cut.execute();
            }
        });
    }
}
