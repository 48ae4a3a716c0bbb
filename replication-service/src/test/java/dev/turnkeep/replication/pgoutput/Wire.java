package dev.turnkeep.replication.pgoutput;

import dev.turnkeep.replication.pgoutput.Message.Column;
import dev.turnkeep.replication.pgoutput.Message.Relation;
import dev.turnkeep.replication.pgoutput.Message.ReplicaIdentity;
import dev.turnkeep.replication.pgoutput.Tuple.Form;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Writes messages as the server does, by the layouts of the manual and not by the decoder's code. */
final class Wire {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    static byte[] message(char kind, Writing rest) {
        Wire wire = new Wire();
        try {
            wire.out.writeByte(kind);
            rest.to(wire.out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return wire.bytes.toByteArray();
    }

    static void string(DataOutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.writeByte(0);
    }

    static byte[] relation(Relation relation) {
        return message('R', out -> {
            out.writeInt(relation.oid());
            string(out, relation.schema());
            string(out, relation.table());
            out.writeByte(letter(relation.identity()));
            out.writeShort(relation.columns().size());
            for (Column column : relation.columns()) {
                out.writeByte(column.key() ? 1 : 0);
                string(out, column.name());
                out.writeInt(column.type());
                out.writeInt(column.modifier());
            }
        });
    }

    private static char letter(ReplicaIdentity identity) {
        return switch (identity) {
            case DEFAULT -> 'd';
            case NOTHING -> 'n';
            case FULL -> 'f';
            case INDEX -> 'i';
        };
    }

    private static char letter(Form form) {
        return switch (form) {
            case NULL -> 'n';
            case UNCHANGED -> 'u';
            case TEXT -> 't';
            case BINARY -> 'b';
        };
    }

    static void tuple(DataOutputStream out, Tuple tuple) throws IOException {
        out.writeShort(tuple.size());
        for (int i = 0; i < tuple.size(); i++) {
            out.writeByte(letter(tuple.form(i)));
            if (tuple.form(i) == Form.TEXT || tuple.form(i) == Form.BINARY) {
                out.writeInt(tuple.length(i));
                out.write(tuple.bytes(i));
            }
        }
    }
}
