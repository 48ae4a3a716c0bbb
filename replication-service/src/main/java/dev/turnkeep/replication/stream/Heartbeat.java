package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.time.Instant;

/**
 * A heartbeat as it came back through the slot.
 *
 * @param commit its place in the log
 * @param committedAt by the server's clock
 * @param oldestXid every transaction before it was over when the heartbeat was written, and so came before it in the log
 */
public record Heartbeat(Lsn commit, Instant committedAt, long oldestXid) {}
