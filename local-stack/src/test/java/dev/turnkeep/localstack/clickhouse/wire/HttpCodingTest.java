package dev.turnkeep.localstack.clickhouse.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HttpCodingTest {

    @ParameterizedTest
    @EnumSource(HttpCoding.class)
    void readsWhatItWrites(HttpCoding coding) throws IOException {
        // Given
        byte[] content = "some text, again and again; ".repeat(20_000).getBytes(UTF_8);
        ByteArrayOutputStream coded = new ByteArrayOutputStream();

        // When
        try (OutputStream output = coding.encode(coded)) {
            output.write(content);
        }

        // Then
        assertThat(coded.size()).isLessThan(content.length / 10);
        try (InputStream decoded = coding.decode(new ByteArrayInputStream(coded.toByteArray()))) {
            assertThat(decoded.readAllBytes()).isEqualTo(content);
        }
    }

    @Test
    void choosesAmongWhatIsAccepted() {
        assertThat(HttpCoding.accepted("lz4")).contains(HttpCoding.LZ4);
        assertThat(HttpCoding.accepted("br, zstd;q=0.9, deflate")).contains(HttpCoding.DEFLATE);
        assertThat(HttpCoding.accepted("gzip;q=0, zstd")).contains(HttpCoding.ZSTD);
        assertThat(HttpCoding.accepted("")).isEmpty();
        assertThat(HttpCoding.accepted("br")).isEmpty();
    }
}
