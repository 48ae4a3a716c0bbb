package dev.turnkeep.replication.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.replication.pgoutput.Message.Before;
import dev.turnkeep.replication.pgoutput.Message.Column;
import dev.turnkeep.replication.pgoutput.Message.Delete;
import dev.turnkeep.replication.pgoutput.Message.Insert;
import dev.turnkeep.replication.pgoutput.Message.Relation;
import dev.turnkeep.replication.pgoutput.Message.ReplicaIdentity;
import dev.turnkeep.replication.pgoutput.Message.Update;
import dev.turnkeep.replication.pgoutput.Tuple.Form;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class DecoderPropertyTest {
    private static final Lsn AT = new Lsn(0x16_B374_D848L);

    /** A table and a row of it, perhaps with what it was before. */
    record Sample(Relation relation, Tuple row, Tuple before, boolean keyOnly) {}

    @Provide
    Arbitrary<Sample> samples() {
        Arbitrary<String> names =
                Arbitraries.strings().excludeChars('\0').ofMaxLength(20).filter(DecoderPropertyTest::isUnicode);
        return Arbitraries.integers().between(0, 12).flatMap(columns -> Combinators.combine(
                        names.list().ofSize(columns),
                        names,
                        Arbitraries.of(ReplicaIdentity.class),
                        Arbitraries.integers(),
                        tuples(columns),
                        tuples(columns),
                        Arbitraries.of(true, false))
                .as((columnNames, table, identity, oid, row, before, keyOnly) -> new Sample(
                        new Relation(oid, "public", table, identity, columns(columnNames)), row, before, keyOnly)));
    }

    private static boolean isUnicode(String text) {
        return text.chars().noneMatch(c -> Character.isSurrogate((char) c));
    }

    private static List<Column> columns(List<String> names) {
        return names.stream()
                .map(name -> new Column(name.length() % 2 == 0, name, 25, -1))
                .toList();
    }

    private static Arbitrary<Tuple> tuples(int columns) {
        Arbitrary<byte[]> values = Arbitraries.bytes().array(byte[].class).ofMaxSize(30);
        return Combinators.combine(
                        Arbitraries.of(Form.class).list().ofSize(columns),
                        values.list().ofSize(columns))
                .as(DecoderPropertyTest::tuple);
    }

    private static Tuple tuple(List<Form> forms, List<byte[]> values) {
        int[] bounds = new int[2 * forms.size()];
        int end = 0;
        for (int i = 0; i < forms.size(); i++) {
            bounds[2 * i] = end;
            end += forms.get(i) == Form.TEXT || forms.get(i) == Form.BINARY ? values.get(i).length : 0;
            bounds[2 * i + 1] = end;
        }
        byte[] joined = new byte[end];
        for (int i = 0; i < forms.size(); i++) {
            System.arraycopy(values.get(i), 0, joined, bounds[2 * i], bounds[2 * i + 1] - bounds[2 * i]);
        }
        return new Tuple(joined, forms.toArray(Form[]::new), bounds);
    }

    private static Decoder knowing(Relation relation) {
        Decoder decoder = new Decoder();
        decoder.decode(Wire.relation(relation), AT);
        return decoder;
    }

    private static byte[] insert(Sample sample) {
        return Wire.message('I', out -> {
            out.writeInt(sample.relation().oid());
            out.writeByte('N');
            Wire.tuple(out, sample.row());
        });
    }

    private static byte[] update(Sample sample, boolean before) {
        return Wire.message('U', out -> {
            out.writeInt(sample.relation().oid());
            if (before) {
                out.writeByte(sample.keyOnly() ? 'K' : 'O');
                Wire.tuple(out, sample.before());
            }
            out.writeByte('N');
            Wire.tuple(out, sample.row());
        });
    }

    private static byte[] delete(Sample sample) {
        return Wire.message('D', out -> {
            out.writeInt(sample.relation().oid());
            out.writeByte(sample.keyOnly() ? 'K' : 'O');
            Wire.tuple(out, sample.before());
        });
    }

    @Property(tries = 300)
    void readsWhatTheServerWrites(@ForAll("samples") Sample sample) {
        // Given
        Decoder decoder = new Decoder();
        Before before = new Before(sample.keyOnly(), sample.before());
        int oid = sample.relation().oid();

        // Then
        assertThat(decoder.decode(Wire.relation(sample.relation()), AT)).isEqualTo(sample.relation());
        assertThat(decoder.relation(oid)).isEqualTo(sample.relation());
        assertThat(decoder.decode(insert(sample), AT)).isEqualTo(new Insert(oid, sample.row()));
        assertThat(decoder.decode(update(sample, false), AT)).isEqualTo(new Update(oid, null, sample.row()));
        assertThat(decoder.decode(update(sample, true), AT)).isEqualTo(new Update(oid, before, sample.row()));
        assertThat(decoder.decode(delete(sample), AT)).isEqualTo(new Delete(oid, before));
    }

    @Property(tries = 200)
    void refusesEveryMessageThatEndsEarly(@ForAll("samples") Sample sample) {
        for (byte[] whole :
                List.of(Wire.relation(sample.relation()), insert(sample), update(sample, true), delete(sample))) {
            for (int length = 0; length < whole.length; length++) {
                byte[] part = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> knowing(sample.relation()).decode(part, AT))
                        .isInstanceOfSatisfying(CorruptMessageException.class, e -> assertThat(e.at())
                                .isEqualTo(AT));
            }
        }
    }

    @Property(tries = 200)
    void refusesEveryMessageThatGoesOn(@ForAll("samples") Sample sample, @ForAll byte more) {
        for (byte[] whole :
                List.of(Wire.relation(sample.relation()), insert(sample), update(sample, true), delete(sample))) {
            byte[] longer = Arrays.copyOf(whole, whole.length + 1);
            longer[whole.length] = more;
            assertThatThrownBy(() -> knowing(sample.relation()).decode(longer, AT))
                    .isInstanceOf(CorruptMessageException.class);
        }
    }

    @Property(tries = 2000)
    void readsDamagedBytesAsAWholeMessageOrRefusesThem(@ForAll("samples") Sample sample, @ForAll long seed) {
        // Given
        Random random = new Random(seed);
        byte[] damaged = update(sample, true);
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        }

        // When
        Message read = readOrRefused(knowing(sample.relation()), damaged);

        // Then: what is read is exactly what these bytes say, to the last one.
        if (read instanceof Update(int oid, Before before, Tuple row)) {
            byte[] written = Wire.message('U', out -> {
                out.writeInt(oid);
                if (before != null) {
                    out.writeByte(before.keyOnly() ? 'K' : 'O');
                    Wire.tuple(out, before.row());
                }
                out.writeByte('N');
                Wire.tuple(out, row);
            });
            assertThat(written).isEqualTo(damaged);
        }
    }

    @Property(tries = 3000)
    void failsOnRandomBytesInOneWayOnly(@ForAll byte[] bytes) {
        assertThat(readOrRefused(new Decoder(), bytes))
                .satisfiesAnyOf(
                        read -> assertThat(read).isNull(),
                        // No row can come of them: nobody has sent its table.
                        read -> assertThat(read).isNotInstanceOf(Message.Change.class));
    }

    private static @Nullable Message readOrRefused(Decoder decoder, byte[] bytes) {
        try {
            return decoder.decode(bytes, AT);
        } catch (CorruptMessageException refused) {
            assertThat(refused.at()).isEqualTo(AT);
            return null;
        }
    }
}
