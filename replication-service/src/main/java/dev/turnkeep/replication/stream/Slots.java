package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds or makes a stream's slot, and knows whether it continues what the sink has. That it does not is written down
 * before the slot is made, so that a crash in between is a restore too.
 */
final class Slots {
    private static final Logger LOG = LoggerFactory.getLogger(Slots.class);
    // A slot is made once all transactions that run at that moment have ended.
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration HISTORY = Duration.ofSeconds(10);

    private final PostgresServer server;
    private final StreamSpec spec;

    Slots(PostgresServer server, StreamSpec spec) {
        this.server = server;
        this.spec = spec;
    }

    /** @param confirmed null while the slot is still being made */
    private record Found(
            boolean here, boolean lost, @Nullable Lsn confirmed) {}

    private record Identity(String system, Timelines timelines, Lsn end) {}

    /** The slot, ready to be read from. Only for the leader. */
    SlotStart open() throws SQLException, InterruptedException {
        try (Connection login = server.login("turnkeep-slot-" + spec.name(), PATIENCE);
                Connection tables = server.tables("turnkeep-state-" + spec.name(), PATIENCE)) {
            requireReplication(login);
            warnOfUnboundedLog(login);
            StreamState state = new StreamState(tables, spec.name());
            for (Publication publication : spec.publications()) {
                if (publication.lacks(login)) {
                    state.discontinue();
                }
                publication.check(login);
                Visibility.fault(tables, publication.replicated()).ifPresent(fault -> {
                    throw new StoppedException(fault);
                });
            }
            Identity identity = identity(login);
            // The slot first: a leader that is just going may still tell it what it has written down before.
            Optional<Found> found = find(login);
            Optional<StreamState.Saved> saved = state.load();
            if (found.isPresent() && !found.get().here()) {
                throw new StoppedException("the slot " + spec.slot()
                        + " belongs to another database or plug-in of this server: configure another name");
            }
            if (found.isPresent() && !found.get().lost() && found.get().confirmed() == null) {
                // A maker that is gone goes on until the transactions of that moment have ended. What is read to
                // restore
                // must be read after that: what commits before a slot is made is not in its stream.
                state.restoring(identity.system());
                throw new IllegalStateException("the slot " + spec.slot() + " is still being made");
            }
            boolean continues = found.isPresent()
                    && !found.get().lost()
                    && saved.isPresent()
                    && saved.get().system().equals(identity.system())
                    && !isAhead(found.get(), saved.get(), identity.timelines());
            if (continues) {
                Lsn confirmed = Objects.requireNonNull(found.get().confirmed());
                if (saved.get().restoring() && saved.get().consistentPoint() == null) {
                    // Nobody has read from it yet, so this is where it was made.
                    state.madeAt(confirmed);
                }
                return start(login, identity, state.load().orElseThrow(), confirmed);
            }
            LOG.atWarn()
                    .addKeyValue("stream", spec.name())
                    .addKeyValue("slot", spec.slot())
                    .addKeyValue("found", found)
                    .addKeyValue("known", saved)
                    .log("the slot does not continue what was sent: what is missing will be restored");
            state.restoring(identity.system());
            if (found.isPresent()) {
                drop(login);
            }
            Lsn made = create(login);
            state.madeAt(made);
            return start(login, identity, state.load().orElseThrow(), made);
        }
    }

    /**
     * Whether a slot is further than this stream ever told it, so that somebody made it anew under the same name, or moved it.
     * A standby that was promoted may have its slot from a moment before, and what is written in the tables from an earlier one.
     */
    private static boolean isAhead(Found found, StreamState.Saved saved, Timelines timelines) {
        Lsn confirmed = Objects.requireNonNull(found.confirmed());
        Lsn written = saved.confirmed();
        if (written == null) {
            return false;
        }
        Lsn before = saved.timeline() == null
                ? Lsn.ZERO
                : timelines.end(saved.timeline()).orElse(Lsn.ZERO);
        return confirmed.isAfter(written.max(before));
    }

    private SlotStart start(Connection login, Identity identity, StreamState.Saved saved, Lsn confirmed)
            throws SQLException, InterruptedException {
        if (saved.restoring()) {
            Settled.await(login);
        }
        Lsn point = saved.consistentPoint() == null ? confirmed : saved.consistentPoint();
        return new SlotStart(
                spec.slot(),
                identity.system(),
                identity.timelines(),
                point,
                confirmed,
                saved.restoring(),
                saved.watermark(),
                identity.end(),
                () -> restored(point));
    }

    private void restored(Lsn point) throws SQLException {
        try (Connection tables = server.tables("turnkeep-state-" + spec.name(), PATIENCE)) {
            new StreamState(tables, spec.name()).restored(point);
        }
    }

    private static void requireReplication(Connection login) throws SQLException {
        try (PreparedStatement ask = login.prepareStatement(
                        "SELECT session_user FROM pg_roles WHERE rolname = session_user AND NOT (rolreplication OR rolsuper)");
                ResultSet refused = ask.executeQuery()) {
            if (refused.next()) {
                throw new StoppedException(
                        "the login may not replicate; run: ALTER ROLE \"" + refused.getString(1) + "\" REPLICATION");
            }
        }
    }

    private void warnOfUnboundedLog(Connection login) throws SQLException {
        try (PreparedStatement ask = login.prepareStatement("SELECT current_setting('max_slot_wal_keep_size')");
                ResultSet row = ask.executeQuery()) {
            row.next();
            if (row.getString(1).equals("-1")) {
                LOG.atWarn()
                        .addKeyValue("stream", spec.name())
                        .log(
                                "max_slot_wal_keep_size is not set: while a sink is down Postgres keeps its log until the disk is full");
            }
        }
    }

    private Identity identity(Connection login) throws SQLException {
        // The name of the log's file begins with the timeline; what the control file says may be older.
        try (PreparedStatement ask = login.prepareStatement("""
                        SELECT system_identifier::text, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
                               pg_current_wal_flush_lsn()::text
                        FROM pg_control_system()
                        """);
                ResultSet row = ask.executeQuery()) {
            row.next();
            int timeline = Integer.parseUnsignedInt(row.getString(2), 16);
            Timelines timelines = timeline == 1 ? Timelines.first() : history(timeline);
            return new Identity(row.getString(1), timelines, Lsn.parse(row.getString(3)));
        }
    }

    private Timelines history(int timeline) throws SQLException {
        try (Connection replication = server.replication("turnkeep-history-" + spec.name(), HISTORY);
                Statement statement = replication.createStatement();
                ResultSet row = statement.executeQuery("TIMELINE_HISTORY " + timeline)) {
            row.next();
            return Timelines.parse(timeline, row.getString(2));
        }
    }

    private Optional<Found> find(Connection login) throws SQLException {
        try (PreparedStatement ask = login.prepareStatement("""
                SELECT slot_type = 'logical' AND plugin = 'pgoutput' AND database = current_database(),
                       coalesce(wal_status, 'reserved') = 'lost', confirmed_flush_lsn::text
                FROM pg_replication_slots WHERE slot_name = ?
                """)) {
            ask.setString(1, spec.slot());
            try (ResultSet row = ask.executeQuery()) {
                return row.next()
                        ? Optional.of(new Found(row.getBoolean(1), row.getBoolean(2), lsn(row.getString(3))))
                        : Optional.empty();
            }
        }
    }

    private static @Nullable Lsn lsn(@Nullable String text) {
        return text == null ? null : Lsn.parse(text);
    }

    private void drop(Connection login) throws SQLException {
        try (PreparedStatement drop = login.prepareStatement("SELECT pg_drop_replication_slot(?)")) {
            drop.setString(1, spec.slot());
            drop.execute();
        }
    }

    private Lsn create(Connection login) throws SQLException {
        try (PreparedStatement create = login.prepareStatement(
                "SELECT lsn::text FROM pg_create_logical_replication_slot(?, 'pgoutput', failover => true)")) {
            create.setString(1, spec.slot());
            try (ResultSet row = create.executeQuery()) {
                row.next();
                return Lsn.parse(row.getString(1));
            }
        }
    }
}
