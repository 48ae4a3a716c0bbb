package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.CorruptMessageException;
import dev.turnkeep.replication.pgoutput.Decoder;
import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.pgoutput.Message;
import dev.turnkeep.replication.pgoutput.Message.Begin;
import dev.turnkeep.replication.pgoutput.Message.Change;
import dev.turnkeep.replication.pgoutput.Message.Commit;
import dev.turnkeep.replication.pgoutput.Message.Delete;
import dev.turnkeep.replication.pgoutput.Message.Emitted;
import dev.turnkeep.replication.pgoutput.Message.Insert;
import dev.turnkeep.replication.pgoutput.Message.NamedType;
import dev.turnkeep.replication.pgoutput.Message.Origin;
import dev.turnkeep.replication.pgoutput.Message.Relation;
import dev.turnkeep.replication.pgoutput.Message.Truncate;
import dev.turnkeep.replication.pgoutput.Message.Update;
import dev.turnkeep.replication.pgoutput.Tuple;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives each change its version, and the ledger its transactions. No I/O. For one thread; one per connection, since the
 * server begins again with a whole transaction.
 */
final class Transactions {
    static final String HEARTBEAT = "replication_heartbeat";
    // An object's header, the row's two records and the array's: measured once, it need not be exact.
    private static final int ROW_OVERHEAD = 160;
    private static final int COLUMN_OVERHEAD = 12;

    private final Decoder decoder = new Decoder();
    private final Ledger ledger;
    private final String stream;
    private @Nullable Begin open;
    private long index;

    /** @param stream whose heartbeats count here; those of others only keep the slot moving */
    Transactions(Ledger ledger, String stream) {
        this.ledger = ledger;
        this.stream = stream;
    }

    /**
     * Reads a message.
     *
     * @return the change for the sink, if it is one
     * @throws CorruptMessageException when it is not valid, or does not belong there
     * @throws StoppedException on a truncate
     */
    Optional<RowChange> accept(byte[] bytes, int from, int to, Lsn at) {
        Message message = decoder.decode(bytes, from, to, at);
        return switch (message) {
            case Begin begin -> begun(begin, at);
            case Commit commit -> committed(commit, at);
            case Insert insert -> change(insert, insert.row(), to - from, at);
            case Update update -> change(update, update.row(), to - from, at);
            case Delete delete -> change(delete, delete.before().row(), to - from, at);
            case Truncate truncate -> throw truncated(truncate);
            case Relation _, NamedType _, Origin _, Emitted _ -> Optional.empty();
        };
    }

    /** Whether a transaction is read in part. */
    boolean inside() {
        return open != null;
    }

    private Optional<RowChange> begun(Begin begin, Lsn at) {
        if (open != null) {
            throw new CorruptMessageException(at, "a transaction begins inside another");
        }
        open = begin;
        index = 0;
        ledger.begin(begin.commit(), begin.committedAt());
        return Optional.empty();
    }

    private Optional<RowChange> committed(Commit commit, Lsn at) {
        if (open == null || !open.commit().equals(commit.commit())) {
            throw new CorruptMessageException(at, "a commit of another transaction");
        }
        open = null;
        ledger.commit(commit.end());
        return Optional.empty();
    }

    private Optional<RowChange> change(Change change, Tuple tuple, int length, Lsn at) {
        Begin begin = open;
        if (begin == null) {
            throw new CorruptMessageException(at, "a change outside of a transaction");
        }
        index++;
        Relation relation = decoder.relation(change.relation());
        if (relation.table().equals(HEARTBEAT)) {
            beat(relation, change, begin);
            return Optional.empty();
        }
        int size = length + ROW_OVERHEAD + COLUMN_OVERHEAD * tuple.size();
        ledger.read(size);
        return Optional.of(new RowChange(
                relation, change, new Version(begin.commit(), index), begin.committedAt(), begin.xid(), size));
    }

    private void beat(Relation relation, Change change, Begin begin) {
        Tuple row =
                switch (change) {
                    case Insert insert -> insert.row();
                    case Update update -> update.row();
                    case Delete _ -> null;
                };
        if (row == null || !row.text(relation.indexOf("stream")).equals(stream)) {
            return;
        }
        ledger.heartbeat(new Heartbeat(begin.commit(), begin.committedAt(), xid(row, relation.indexOf("oldest_xid"))));
    }

    private static long xid(Tuple row, int column) {
        return switch (row.form(column)) {
            case BINARY ->
                ByteBuffer.wrap(row.array(), row.offset(column), Long.BYTES).getLong();
            case TEXT -> Long.parseUnsignedLong(row.text(column));
            case NULL, UNCHANGED -> throw new IllegalArgumentException("the oldest transaction is never null");
        };
    }

    private StoppedException truncated(Truncate truncate) {
        String tables = String.join(
                ", ",
                truncate.relations().stream()
                        .map(oid -> decoder.relation(oid).table())
                        .toList());
        return new StoppedException(
                "TRUNCATE of " + tables + " is not replicated: make the stream anew, and delete rows with DELETE");
    }
}
