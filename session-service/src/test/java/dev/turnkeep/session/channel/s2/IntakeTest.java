package dev.turnkeep.session.channel.s2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.platform.http.RetryLater;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private static final SessionId SESSION = new SessionId(new UUID(1, 1));
    private static final SessionId OTHER = new SessionId(new UUID(2, 2));

    @Test
    void theBeginningOfAFrameCountsAsItComes() {
        // Given
        Budget budget = new Budget(4000);
        Intake intake = new Intake(budget, SESSION);

        // When
        boolean whole = intake.add(begun(700));
        intake.add(Buffer.buffer(new byte[200]));

        // Then: of a thousand bytes for the session
        assertThat(whole).isFalse();
        assertThat(intake.hasPart()).isTrue();
        assertThat(budget.hold(SESSION, 101)).isFalse();
        assertThat(budget.hold(SESSION, 100)).isTrue();
        assertThat(budget.hold(OTHER, 1000)).isTrue();
    }

    @Test
    void manyWritersOfOneSessionHaveAQuarterTogether() {
        // Given
        Budget budget = new Budget(4000);
        new Intake(budget, SESSION).add(begun(600));
        Intake second = new Intake(budget, SESSION);
        Intake other = new Intake(budget, OTHER);

        // Then
        assertThatExceptionOfType(RetryLater.class).isThrownBy(() -> second.add(begun(600)));
        assertThat(second.hasPart()).isFalse();
        assertThat(other.add(begun(600))).isFalse();
        assertThat(budget.hold(SESSION, 400)).isTrue();
    }

    @Test
    void aBatchCountsUntilItIsWritten() {
        // Given
        Budget budget = new Budget(4000);
        Intake intake = new Intake(budget, SESSION);

        // When
        intake.add(Frames.of(Wire.input("x".repeat(892))));

        // Then
        assertThat(intake.whole()).isEqualTo(900);
        List<AppendInput> taken = intake.next();
        assertThat(intake.hasBatch()).isFalse();
        assertThat(budget.hold(SESSION, 101)).isFalse();
        intake.written(taken);
        assertThat(intake.whole()).isZero();
        assertThat(budget.hold(SESSION, 1000)).isTrue();
    }

    @Test
    void aPackedBatchCountsAsItIsUnpacked() throws IOException {
        // Given
        Intake intake = new Intake(new Budget(4000), SESSION);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(Wire.input("x".repeat(5000)).getBytes());
        }
        Buffer frame = Buffer.buffer()
                .appendMedium(1 + packed.size())
                .appendByte((byte) Frames.GZIP)
                .appendBytes(packed.toByteArray());

        // Then
        assertThatExceptionOfType(RetryLater.class).isThrownBy(() -> intake.add(frame));
        assertThat(intake.hasBatch()).isFalse();
    }

    @Test
    void whatWasWholeBeforeSomethingThatIsNoBatchIsWrittenAllTheSame() {
        // Given
        Budget budget = new Budget(4000);
        Intake intake = new Intake(budget, SESSION);
        Buffer chunk = Frames.of(Wire.input("a")).appendBuffer(Buffer.buffer(new byte[] {0, 0, 0, 0}));

        // Then
        assertThatExceptionOfType(Refused.class).isThrownBy(() -> intake.add(chunk));
        assertThat(intake.hasBatch()).isTrue();
        assertThat(intake.hasPart()).isFalse();
        intake.forget();
        assertThat(budget.hold(SESSION, 1000)).isTrue();
    }

    /** Of a frame that is longer. */
    private static Buffer begun(int bytes) {
        return Buffer.buffer().appendMedium(Frames.LARGEST).appendBytes(new byte[bytes - 3]);
    }
}
