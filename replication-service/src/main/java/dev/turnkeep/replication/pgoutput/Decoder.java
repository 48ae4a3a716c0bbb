package dev.turnkeep.replication.pgoutput;

import dev.turnkeep.replication.pgoutput.Message.Before;
import dev.turnkeep.replication.pgoutput.Message.Begin;
import dev.turnkeep.replication.pgoutput.Message.Column;
import dev.turnkeep.replication.pgoutput.Message.Commit;
import dev.turnkeep.replication.pgoutput.Message.Delete;
import dev.turnkeep.replication.pgoutput.Message.Emitted;
import dev.turnkeep.replication.pgoutput.Message.Insert;
import dev.turnkeep.replication.pgoutput.Message.NamedType;
import dev.turnkeep.replication.pgoutput.Message.Origin;
import dev.turnkeep.replication.pgoutput.Message.Relation;
import dev.turnkeep.replication.pgoutput.Message.ReplicaIdentity;
import dev.turnkeep.replication.pgoutput.Message.Truncate;
import dev.turnkeep.replication.pgoutput.Message.Update;
import dev.turnkeep.replication.pgoutput.Tuple.Form;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads messages one by one. It remembers the relations, since a row's message does not say how many columns its table
 * has: a row that does not fit its relation is corrupt, not a guess. For one thread; one decoder per connection.
 */
public final class Decoder {
    private static final int CASCADE = 1;
    private static final int RESTART_IDENTITY = 2;
    private static final int TRANSACTIONAL = 1;

    private final Map<Integer, Relation> relations = new HashMap<>();

    /**
     * Reads one whole message.
     *
     * @param bytes the message and nothing else; rows keep reading from it, so it must not change afterwards
     * @param at the position that the server gave with it
     * @throws CorruptMessageException when it is not exactly one valid message
     */
    public Message decode(byte[] bytes, Lsn at) {
        return decode(bytes, 0, bytes.length, at);
    }

    /** As {@link #decode(byte[], Lsn)}, of a part of an array. */
    public Message decode(byte[] bytes, int from, int to, Lsn at) {
        Fields fields = new Fields(bytes, from, to, at);
        Message message = message(fields);
        fields.end();
        if (message instanceof Relation relation) {
            relations.put(relation.oid(), relation);
        }
        return message;
    }

    /**
     * The table of a change that this decoder has read, as it was defined then.
     *
     * @throws IllegalArgumentException when it was never sent
     */
    public Relation relation(int oid) {
        Relation relation = relations.get(oid);
        if (relation == null) {
            throw new IllegalArgumentException("no relation " + oid + " was sent");
        }
        return relation;
    }

    private Message message(Fields fields) {
        int kind = fields.uint8();
        return switch (kind) {
            case 'B' -> new Begin(fields.lsn(), fields.time(), fields.int32());
            case 'C' -> commit(fields);
            case 'R' -> readRelation(fields);
            case 'Y' -> new NamedType(fields.int32(), fields.string(), fields.string());
            case 'O' -> new Origin(fields.lsn(), fields.string());
            case 'M' -> emitted(fields);
            case 'I' -> insert(fields);
            case 'U' -> update(fields);
            case 'D' -> delete(fields);
            case 'T' -> truncate(fields);
            default -> throw fields.corrupt("no message has the kind " + kind);
        };
    }

    private static Commit commit(Fields fields) {
        if (fields.uint8() != 0) {
            throw fields.corrupt("a commit has no flags");
        }
        Lsn commit = fields.lsn();
        Lsn end = fields.lsn();
        Instant at = fields.time();
        if (!end.isAfter(commit)) {
            throw fields.corrupt("a commit ends behind its record");
        }
        return new Commit(commit, end, at);
    }

    private static Emitted emitted(Fields fields) {
        int flags = fields.uint8();
        Lsn at = fields.lsn();
        String prefix = fields.string();
        byte[] content = fields.bytes(fields.length());
        return new Emitted((flags & TRANSACTIONAL) != 0, at, prefix, content);
    }

    private static Relation readRelation(Fields fields) {
        int oid = fields.int32();
        String schema = fields.string();
        // The server sends nothing for the schema of the built-in tables.
        String table = fields.string();
        ReplicaIdentity identity = identity(fields);
        int count = fields.uint16();
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int flags = fields.uint8();
            if (flags > 1) {
                throw fields.corrupt("a column has the flags " + flags);
            }
            columns.add(new Column(flags == 1, fields.string(), fields.int32(), fields.int32()));
        }
        return new Relation(oid, schema.isEmpty() ? "pg_catalog" : schema, table, identity, columns);
    }

    private static ReplicaIdentity identity(Fields fields) {
        int kind = fields.uint8();
        return switch (kind) {
            case 'd' -> ReplicaIdentity.DEFAULT;
            case 'n' -> ReplicaIdentity.NOTHING;
            case 'f' -> ReplicaIdentity.FULL;
            case 'i' -> ReplicaIdentity.INDEX;
            default -> throw fields.corrupt("no replica identity is " + kind);
        };
    }

    private Insert insert(Fields fields) {
        Relation relation = known(fields);
        if (fields.uint8() != 'N') {
            throw fields.corrupt("an insert has a new row");
        }
        return new Insert(relation.oid(), tuple(fields, relation));
    }

    private Update update(Fields fields) {
        Relation relation = known(fields);
        int part = fields.uint8();
        if (part == 'N') {
            return new Update(relation.oid(), null, tuple(fields, relation));
        }
        Before before = before(fields, relation, part);
        if (fields.uint8() != 'N') {
            throw fields.corrupt("an update has a new row");
        }
        return new Update(relation.oid(), before, tuple(fields, relation));
    }

    private Delete delete(Fields fields) {
        Relation relation = known(fields);
        return new Delete(relation.oid(), before(fields, relation, fields.uint8()));
    }

    private static Before before(Fields fields, Relation relation, int part) {
        if (part != 'K' && part != 'O') {
            throw fields.corrupt("no part of a row is " + part);
        }
        return new Before(part == 'K', tuple(fields, relation));
    }

    private Truncate truncate(Fields fields) {
        int count = fields.int32();
        int flags = fields.uint8();
        if (count < 0 || flags > (CASCADE | RESTART_IDENTITY)) {
            throw fields.corrupt("a truncate of " + count + " tables with the flags " + flags);
        }
        List<Integer> oids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            oids.add(known(fields).oid());
        }
        return new Truncate(oids, (flags & CASCADE) != 0, (flags & RESTART_IDENTITY) != 0);
    }

    private Relation known(Fields fields) {
        int oid = fields.int32();
        Relation relation = relations.get(oid);
        if (relation == null) {
            throw fields.corrupt("no relation " + oid + " was sent before");
        }
        return relation;
    }

    private static Tuple tuple(Fields fields, Relation relation) {
        int count = fields.uint16();
        if (count != relation.columns().size()) {
            throw fields.corrupt("a row of " + relation.table() + " has " + count + " columns, and not "
                    + relation.columns().size());
        }
        Form[] forms = new Form[count];
        int[] bounds = new int[2 * count];
        for (int i = 0; i < count; i++) {
            forms[i] = form(fields);
            int length = forms[i] == Form.TEXT || forms[i] == Form.BINARY ? fields.length() : 0;
            bounds[2 * i] = fields.position();
            fields.skip(length);
            bounds[2 * i + 1] = fields.position();
        }
        return new Tuple(fields.array(), forms, bounds);
    }

    private static Form form(Fields fields) {
        int kind = fields.uint8();
        return switch (kind) {
            case 'n' -> Form.NULL;
            case 'u' -> Form.UNCHANGED;
            case 't' -> Form.TEXT;
            case 'b' -> Form.BINARY;
            default -> throw fields.corrupt("no value has the form " + kind);
        };
    }
}
