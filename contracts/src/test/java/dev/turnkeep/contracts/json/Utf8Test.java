package dev.turnkeep.contracts.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class Utf8Test {
    @Property
    void agreesWithTheJdkDecoder(@ForAll("nearlyUtf8") byte[] bytes) {
        // When / Then
        assertThat(Utf8.firstInvalid(bytes, 0, bytes.length)).isEqualTo(decodersFirstInvalid(bytes));
    }

    @Property
    void acceptsWhateverTheJdkEncodes(@ForAll("unicode") String text) {
        // Given
        byte[] bytes = text.getBytes(UTF_8);

        // When / Then
        assertThat(Utf8.firstInvalid(bytes, 0, bytes.length)).isEqualTo(-1);
    }

    @Example
    void refusesWhatLooksLikeUtf8() {
        // Given
        String[] invalid = {
            "c080",
            "c1bf",
            "e09fbf",
            "eda080",
            "edbfbf",
            "f08fbfbf",
            "f4908080",
            "f5808080",
            "80",
            "c2",
            "e282",
            "f09f98"
        };

        for (String hex : invalid) {
            // When
            byte[] bytes = HexFormat.of().parseHex("6162636465666768" + hex);

            // Then
            assertThat(Utf8.firstInvalid(bytes, 0, bytes.length)).as(hex).isEqualTo(8);
        }
    }

    @Example
    void looksOnlyAtItsRange() {
        // Given
        byte[] bytes = HexFormat.of().parseHex("ff61e282ac62ff");

        // When / Then
        assertThat(Utf8.firstInvalid(bytes, 1, 5)).isEqualTo(-1);
        assertThat(Utf8.firstInvalid(bytes, 1, 3)).isEqualTo(2);
        assertThat(Utf8.firstInvalid(bytes, 1, 6)).isEqualTo(6);
    }

    @Provide
    Arbitrary<byte[]> nearlyUtf8() {
        return Arbitraries.of(
                        "61",
                        "6162636465666768696a",
                        "c3a9",
                        "e282ac",
                        "f09f9880",
                        "c3",
                        "a9",
                        "e2",
                        "82",
                        "f0",
                        "ed",
                        "a0",
                        "ff")
                .list()
                .ofMaxSize(20)
                .map(parts -> HexFormat.of().parseHex(String.join("", parts)));
    }

    @Provide
    Arbitrary<String> unicode() {
        return Arbitraries.strings().all().excludeChars(surrogates());
    }

    private static char[] surrogates() {
        char[] all = new char[Character.MAX_SURROGATE - Character.MIN_SURROGATE + 1];
        for (int i = 0; i < all.length; i++) {
            all[i] = (char) (Character.MIN_SURROGATE + i);
        }
        return all;
    }

    private static int decodersFirstInvalid(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CoderResult result = UTF_8.newDecoder().decode(in, CharBuffer.allocate(bytes.length + 1), true);
        return result.isError() ? in.position() : -1;
    }
}
