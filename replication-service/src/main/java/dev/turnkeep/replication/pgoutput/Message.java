package dev.turnkeep.replication.pgoutput;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the server sends. */
public sealed interface Message {

    /**
     * A transaction begins. It has committed already: nothing that follows is taken back.
     *
     * @param commit the position of its commit record: the order of transactions
     */
    record Begin(Lsn commit, Instant committedAt, int xid) implements Message {}

    /**
     * It ends.
     *
     * @param commit the same as of its {@link Begin}
     * @param end the position behind its commit record: confirmed, the transaction is not sent again
     */
    record Commit(Lsn commit, Lsn end, Instant committedAt) implements Message {}

    /**
     * A table as it is from here on; sent before its first row and after each change of its definition.
     *
     * @param columns the published ones, in the order of every {@link Tuple} of this table
     */
    record Relation(int oid, String schema, String table, ReplicaIdentity identity, List<Column> columns)
            implements Message {
        public Relation {
            columns = List.copyOf(columns);
        }

        /** Where a column is in the tuples; -1 when it is not published. */
        public int indexOf(String column) {
            for (int i = 0; i < columns.size(); i++) {
                if (columns.get(i).name().equals(column)) {
                    return i;
                }
            }
            return -1;
        }
    }

    /** A type that is not built in, before the first relation that uses it. */
    record NamedType(int oid, String schema, String name) implements Message {}

    /** The transaction came to the server from another one. */
    record Origin(Lsn commit, String name) implements Message {}

    /** What somebody wrote into the log with {@code pg_logical_emit_message}. */
    record Emitted(boolean transactional, Lsn at, String prefix, byte[] content) implements Message {}

    /** Tables were emptied. */
    record Truncate(List<Integer> relations, boolean cascade, boolean restartIdentity) implements Message {
        public Truncate {
            relations = List.copyOf(relations);
        }
    }

    /** A row was changed. */
    sealed interface Change extends Message {
        /** The {@link Relation#oid} of its table. */
        int relation();
    }

    record Insert(int relation, Tuple row) implements Change {}

    /**
     * @param before null unless a column of the replica identity changed: then the old key, or the whole old row when the
     *     identity is FULL
     */
    record Update(int relation, @Nullable Before before, Tuple row) implements Change {}

    record Delete(int relation, Before before) implements Change {}

    /**
     * What a row was.
     *
     * @param keyOnly whether only the columns of the replica identity have values
     */
    record Before(boolean keyOnly, Tuple row) {}

    /** How the server identifies the rows of a table. */
    enum ReplicaIdentity {
        DEFAULT,
        NOTHING,
        FULL,
        INDEX
    }

    /**
     * @param key whether it is part of the replica identity
     * @param type the oid of its type
     * @param modifier the type's modifier; -1 for none
     */
    record Column(boolean key, String name, int type, int modifier) {}
}
