package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Message.Change;
import dev.turnkeep.replication.pgoutput.Message.Relation;
import java.time.Instant;

/**
 * A committed change of a row.
 *
 * @param relation its table as it was defined when the change was made
 * @param version its place in the order of all changes
 * @param committedAt by the server's clock
 * @param xid of the transaction, without its epoch
 * @param size an estimate of the heap that it holds, in bytes
 */
public record RowChange(Relation relation, Change change, Version version, Instant committedAt, int xid, int size) {}
