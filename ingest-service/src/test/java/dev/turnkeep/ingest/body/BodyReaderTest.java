package dev.turnkeep.ingest.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.platform.http.RetryLater;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyReaderTest {
    private static final int CAP = 3_000_000;

    private final BodyReader reader = new BodyReader(CAP, new SimpleMeterRegistry());
    private final ByteBudget budget = new ByteBudget(20_000_000);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 16_384, 16_385, 65_536, 1_048_576, 1_048_577, CAP})
    void readsABodyOfAnySizeUpToTheCapWhateverLengthIsClaimed(int size) throws IOException {
        // Given
        byte[] body = random(size);

        // When, Then
        assertThat(read(body, null, size)).isEqualTo(RawJson.of(body, 0, size));
        assertThat(read(body, null, -1)).isEqualTo(RawJson.of(body, 0, size));
        assertThat(read(body, null, size / 2)).isEqualTo(RawJson.of(body, 0, size));
    }

    @Test
    void refusesABodyOverTheCapWhetherItSaysSoOrNot() {
        // Given
        byte[] body = new byte[CAP + 1];

        // When, Then
        assertProblem(body, null, CAP + 1, Problem.TOO_LARGE);
        assertProblem(body, null, -1, Problem.TOO_LARGE);
    }

    @Test
    void neverReadsPastTheCap() {
        // Given
        Endless endless = new Endless();

        // When
        assertThatThrownBy(() -> reader.read(endless, null, -1, budget.open())).isInstanceOf(Invalid.class);

        // Then
        assertThat(endless.given).isLessThanOrEqualTo(CAP + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "x-gzip", " GZIP ", "identity, gzip"})
    void takesGzipOff(String coding) throws IOException {
        // Given
        byte[] body = random(100_000);

        // When, Then
        assertThat(read(gzip(body), coding, -1)).isEqualTo(RawJson.of(body, 0, body.length));
    }

    @Test
    void takesZstdOffAndStackedCodingsLastFirst() throws IOException {
        // Given
        byte[] body = random(100_000);

        // When, Then
        assertThat(read(Zstd.compress(body), "zstd", -1)).isEqualTo(RawJson.of(body, 0, body.length));
        assertThat(read(Zstd.compress(gzip(body)), "gzip, zstd", -1)).isEqualTo(RawJson.of(body, 0, body.length));
    }

    @Test
    void takesABodyThatIsExactlyTheCapOnceDecompressed() throws IOException {
        assertThat(read(gzip(new byte[CAP]), "gzip", -1).length()).isEqualTo(CAP);
        assertThat(read(Zstd.compress(new byte[CAP]), "zstd", -1).length()).isEqualTo(CAP);
    }

    @Test
    void stopsAtTheCapOfABomb() throws IOException {
        // Given
        byte[] gzipBomb = gzip(new byte[100_000_000]);
        byte[] zstdBomb = Zstd.compress(new byte[200_000_000]);

        // When, Then
        assertProblem(gzipBomb, "gzip", -1, Problem.TOO_LARGE);
        assertProblem(zstdBomb, "zstd", -1, Problem.TOO_LARGE);
        assertProblem(gzip(gzipBomb), "gzip, gzip", -1, Problem.TOO_LARGE);
        assertThat(budget.used()).isZero();
    }

    @Test
    void refusesACodingThatIsNotSupported() {
        assertProblem(new byte[1], "br", -1, Problem.UNSUPPORTED_MEDIA_TYPE);
        assertProblem(new byte[1], "gzip,gzip,gzip,gzip", -1, Problem.UNSUPPORTED_MEDIA_TYPE);
    }

    @Test
    void refusesACodingThatIsBroken() throws IOException {
        // Given
        byte[] whole = gzip(random(10_000));

        // When, Then
        assertProblem(Arrays.copyOf(whole, whole.length - 20), "gzip", -1, Problem.MALFORMED);
        assertProblem(new byte[] {1, 2, 3}, "gzip", -1, Problem.MALFORMED);
        assertProblem(new byte[] {1, 2, 3}, "zstd", -1, Problem.MALFORMED);
        assertProblem(new byte[0], "gzip", -1, Problem.MALFORMED);
    }

    @Test
    void takesNoMoreThanTheBudgetHasAndGivesItBack() throws IOException {
        // Given
        ByteBudget small = new ByteBudget(1_000_000);

        // When
        try (Reservation reservation = small.open()) {
            assertThatThrownBy(() ->
                            reader.read(new ByteArrayInputStream(new byte[2_000_000]), null, 2_000_000, reservation))
                    .isInstanceOf(RetryLater.class);
        }

        // Then
        assertThat(small.used()).isZero();
    }

    @Test
    void isNotImpressedByALengthThatIsOnlyClaimed() throws IOException {
        // Given
        try (Reservation reservation = budget.open()) {

            // When
            reader.read(new ByteArrayInputStream(new byte[10]), null, CAP, reservation);

            // Then
            assertThat(budget.used()).isLessThanOrEqualTo(1024 * 1024);
        }
    }

    private RawJson read(byte[] body, @Nullable String coding, long length) throws IOException {
        try (Reservation reservation = budget.open()) {
            return reader.read(new ByteArrayInputStream(body), coding, length, reservation);
        }
    }

    private void assertProblem(byte[] body, @Nullable String coding, long length, Problem problem) {
        assertThatThrownBy(() -> read(body, coding, length))
                .isInstanceOfSatisfying(
                        Invalid.class, invalid -> assertThat(invalid.problem()).isEqualTo(problem));
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static byte[] gzip(byte[] body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        }
        return out.toByteArray();
    }

    private static final class Endless extends InputStream {
        private long given;

        @Override
        public int read() {
            given++;
            return 'x';
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            given += length;
            return length;
        }
    }
}
