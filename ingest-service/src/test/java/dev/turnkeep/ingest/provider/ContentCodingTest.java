package dev.turnkeep.ingest.provider;

import static dev.turnkeep.ingest.provider.Parsing.assertInvalid;
import static dev.turnkeep.ingest.provider.Parsing.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.turnkeep.contracts.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ContentCodingTest {
    private static final byte[] PLAIN =
            utf8(new Random(7).ints(60_000).mapToObj(Integer::toHexString).collect(Collectors.joining(" ")));

    @Test
    void decodesEachCodingAndStacksOfThem() throws IOException {
        assertThat(decoded(PLAIN, null)).isEqualTo(PLAIN);
        assertThat(decoded(PLAIN, "")).isEqualTo(PLAIN);
        assertThat(decoded(PLAIN, " Identity ")).isEqualTo(PLAIN);
        assertThat(decoded(gzip(PLAIN), "gzip")).isEqualTo(PLAIN);
        assertThat(decoded(gzip(PLAIN), "X-GZIP")).isEqualTo(PLAIN);
        assertThat(decoded(Zstd.compress(PLAIN), "zstd")).isEqualTo(PLAIN);
        assertThat(decoded(Zstd.compress(gzip(PLAIN)), "gzip, identity, zstd")).isEqualTo(PLAIN);
        assertThat(decoded(concat(gzip(utf8("a")), gzip(utf8("b"))), "gzip")).isEqualTo(utf8("ab"));
    }

    @Test
    void keepsWhatCameBeforeTheBytesWereCutOff() throws IOException {
        for (String coding : new String[] {"gzip", "zstd"}) {
            // Given
            byte[] whole = coding.equals("gzip") ? gzip(PLAIN) : Zstd.compress(PLAIN);

            // When
            byte[] salvaged = decoded(Arrays.copyOf(whole, whole.length * 3 / 4), coding);

            // Then
            assertThat(salvaged).as(coding).hasSizeBetween(1, PLAIN.length - 1);
            assertThat(Arrays.mismatch(salvaged, PLAIN)).isEqualTo(salvaged.length);
        }
    }

    @Test
    void refusesWhatItCannotDecode() throws IOException {
        invalid("raw_response_encoding", PLAIN, "br");
        invalid("raw_response_encoding", PLAIN, "deflate");
        invalid("raw_response_encoding", PLAIN, "gzip,gzip,gzip,gzip,gzip");
        invalid("raw_response", PLAIN, "gzip");
        invalid("raw_response", PLAIN, "zstd");
        invalid("raw_response", new byte[0], "gzip");
        invalid("raw_response", new byte[0], "zstd");
        invalid("raw_response", Arrays.copyOf(gzip(PLAIN), 8), "gzip");
        byte[] corrupt = gzip(PLAIN);
        corrupt[corrupt.length / 2] ^= 0x55;
        invalid("raw_response", corrupt, "gzip");
    }

    @Test
    void stopsAtItsLimit() throws IOException {
        // Given
        byte[] most = new byte[ContentCoding.LIMIT];
        byte[] tooMuch = new byte[ContentCoding.LIMIT + 1];

        // When / Then
        assertThat(ContentCoding.decode(gzip(most), "gzip").length()).isEqualTo(most.length);
        assertThat(ContentCoding.decode(Zstd.compress(most), "zstd").length()).isEqualTo(most.length);
        invalid("raw_response", gzip(tooMuch), "gzip");
        invalid("raw_response", Zstd.compress(tooMuch), "zstd");
        invalid("raw_response", gzip(gzip(tooMuch)), "gzip, gzip");
        invalid("raw_response", tooMuch, null);
    }

    private static byte[] decoded(byte[] bytes, @Nullable String encoding) {
        return utf8(ContentCoding.decode(bytes, encoding).toString());
    }

    private static void invalid(String field, byte[] bytes, @Nullable String encoding) {
        assertInvalid(Problem.UNPROCESSABLE_RESPONSE, field, () -> ContentCoding.decode(bytes, encoding));
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
