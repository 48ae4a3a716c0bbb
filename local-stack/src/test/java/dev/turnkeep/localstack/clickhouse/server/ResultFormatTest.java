package dev.turnkeep.localstack.clickhouse.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultFormatTest {

    @Test
    void findsTheHeaderOfEachPiece() {
        assertThat(header("TSV", "a\nb\n")).isZero();
        assertThat(header("TSVWithNames", "a\tb\n1\t2\n")).isEqualTo(4);
        assertThat(header("TabSeparatedWithNamesAndTypes", "a\nUInt8\n1\n")).isEqualTo(8);
        assertThat(header("CSVWithNames", "\"a\nb\",\"c\"\"d\"\n1,2\n")).isEqualTo(13);
        assertThat(header("JSONCompactEachRowWithNames", "[\"a\"]\n[1]\n")).isEqualTo(6);
        assertThat(header("RowBinaryWithNames", "\u0002\u0001a\u0002bcX")).isEqualTo(6);
        assertThat(header("RowBinaryWithNamesAndTypes", "\u0001\u0001a\u0005UInt8X"))
                .isEqualTo(9);
    }

    @Test
    void readsLongNamesInBinaryHeaders() {
        // Given: 200 is two bytes of LEB128
        byte[] piece = new byte[3 + 200 + 1];
        piece[0] = 1;
        piece[1] = (byte) 0xc8;
        piece[2] = 1;

        // Then
        assertThat(ResultFormat.BINARY_NAMES.header(MemorySegment.ofArray(piece)))
                .isEqualTo(203);
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSON", "JSONCompact", "Pretty", "Parquet", "ArrowStream", "XML", "Values", "Unheard"})
    void takesFormatsWithAFrameWhole(String name) {
        assertThat(ResultFormat.of(name)).isEqualTo(ResultFormat.WHOLE);
    }

    private static long header(String format, String piece) {
        return ResultFormat.of(format).header(MemorySegment.ofArray(piece.getBytes(UTF_8)));
    }
}
