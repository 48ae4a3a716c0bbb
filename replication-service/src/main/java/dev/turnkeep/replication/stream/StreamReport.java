package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A stream at one moment.
 *
 * @param state one of standby, preparing, restoring, streaming, failing, stopped, ended
 * @param trouble why its rows wait, or null
 * @param retainedBytes of log that its slot keeps; 0 on a standby
 * @param quarantined rows that wait in quarantine; 0 on a standby
 * @param heartbeatAge how old the last heartbeat is that came back through the stream; zero on a standby
 * @param lag how long ago the oldest transaction committed that is read and not stored
 * @param restoring what is fetched while it flows, or null
 */
public record StreamReport(
        String stream,
        String slot,
        String state,
        @Nullable String trouble,
        Lsn received,
        Lsn confirmed,
        long rowsInFlight,
        long retainedBytes,
        long quarantined,
        Duration lag,
        Duration heartbeatAge,
        @Nullable Restoring restoring) {}
