package dev.turnkeep.platform.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.platform.proto.ProtoReader.Malformed;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtoReaderTest {
    @Test
    void readsEachCoding() {
        // Given: 1 = 150, 2 = "ok", 3 = {1 = 1}, 4 = the fixed 64 bits of 258, 5 = four bytes that nobody asks for
        ProtoReader message = read("089601" + "12026f6b" + "1a020801" + "210201000000000000" + "2d01020304");

        // Then
        assertThat(message.next()).isTrue();
        assertThat(message.varint()).isEqualTo(150);
        assertThat(message.next()).isTrue();
        assertThat(message.text()).isEqualTo("ok");
        assertThat(message.next()).isTrue();
        ProtoReader inner = message.message();
        assertThat(inner.next()).isTrue();
        assertThat(inner.varint()).isEqualTo(1);
        assertThat(inner.next()).isFalse();
        assertThat(message.next()).isTrue();
        assertThat(message.fixed64()).isEqualTo(258);
        assertThat(message.next()).isTrue();
        assertThat(message.field()).isEqualTo(5);
        message.skip();
        assertThat(message.next()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00", // a field without a number
                "0f", // a coding that there is not
                "08", // a number that ends early
                "08ffffffffffffffffffff01", // a number of more than 64 bits
                "12ff", // a length that ends early
                "120261", // longer than the message
                "12ffffffffffffffffff01", // a length below zero
                "1201ff", // not UTF-8
                "2101", // eight bytes that are one
                "0d010203", // four bytes that are three
            })
    void refusesWhatIsNoProtobuf(String hex) {
        assertThatThrownBy(() -> readAll(read(hex))).isInstanceOf(Malformed.class);
    }

    @Test
    void refusesAFieldInAnotherCodingThanItIsTakenIn() {
        // Given
        ProtoReader message = read("1001");

        // When
        message.next();

        // Then
        assertThatThrownBy(message::bytes).isInstanceOf(Malformed.class);
    }

    @Property
    void readsAnyBytesToTheirEndOrRefusesThem(@ForAll byte[] bytes) {
        try {
            assertThat(readAll(ProtoReader.of(bytes))).isLessThanOrEqualTo(bytes.length);
        } catch (Malformed refused) {
            assertThat(refused).hasMessageNotContaining("null");
        }
    }

    private static int readAll(ProtoReader message) {
        int fields = 0;
        while (message.next()) {
            fields++;
            if (message.field() == 2) {
                assertThat(message.text()).isNotNull();
            } else {
                message.skip();
            }
        }
        return fields;
    }

    private static ProtoReader read(String hex) {
        return ProtoReader.of(HexFormat.of().parseHex(hex));
    }
}
