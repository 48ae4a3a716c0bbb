package dev.turnkeep.session.channel.s2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    private final FrameReader reader = new FrameReader();

    @Test
    void framesAreThoseOfTheClient() {
        assertThat(Frames.of(Buffer.buffer("abc"))).isEqualTo(ProtoTest.hex("00000400616263"));
        assertThat(Frames.last(new Refusal(409, Buffer.buffer("{}"), null)))
                .isEqualTo(ProtoTest.hex("0000058001997b7d"));
    }

    @Test
    void howeverTheBytesComeTheMessagesAreTheSame() {
        for (int seed = 0; seed < 100; seed++) {
            // Given
            Random random = new Random(seed);
            List<Buffer> messages = new ArrayList<>();
            Buffer stream = Buffer.buffer();
            for (int i = random.nextInt(8); i >= 0; i--) {
                byte[] message = new byte[random.nextInt(random.nextBoolean() ? 6 : 5000)];
                random.nextBytes(message);
                messages.add(Buffer.buffer(message));
                stream.appendBuffer(random.nextBoolean() ? Frames.of(messages.getLast()) : packed(message));
            }

            // When
            FrameReader cut = new FrameReader();
            List<Buffer> read = new ArrayList<>();
            int at = 0;
            while (at < stream.length()) {
                int end = Math.min(stream.length(), at + 1 + random.nextInt(random.nextBoolean() ? 3 : 3000));
                cut.add(stream.getBuffer(at, end));
                for (Buffer message = cut.next(); message != null; message = cut.next()) {
                    read.add(message);
                }
                at = end;
            }

            // Then
            assertThat(read).as("seed %d", seed).isEqualTo(messages);
            assertThat(cut.length()).isZero();
        }
    }

    @Test
    void aMessageThatIsNotWholeIsWaitedFor() {
        // When
        reader.add(ProtoTest.hex("000004006162"));

        // Then
        assertThat(reader.next()).isNull();
        assertThat(reader.length()).isPositive();
        reader.add(ProtoTest.hex("63"));
        assertThat(reader.next()).isEqualTo(Buffer.buffer("abc"));
        assertThat(reader.length()).isZero();
    }

    @Test
    void takesTheLargestFrameAndNoneThatIsLarger() {
        // Given
        Buffer largest = Buffer.buffer(new byte[Frames.LARGEST - Frames.FLAG]);

        // When
        reader.add(Frames.of(largest));
        reader.add(Buffer.buffer().appendMedium(Frames.LARGEST + 1));

        // Then
        assertThat(reader.next()).isEqualTo(largest);
        assertThatThrownBy(reader::next).isInstanceOf(Refused.class);
    }

    @Test
    void refusesWhatNoWriterSends() {
        for (String bytes : List.of("000000", "0000058001997b7d", "0000022061", "0000024061", "0000026061")) {
            FrameReader fresh = new FrameReader();
            fresh.add(ProtoTest.hex(bytes));
            assertThatThrownBy(fresh::next).as(bytes).isInstanceOfSatisfying(Refused.class, refused -> assertThat(
                            refused.refusal().json().toString())
                    .contains("\"bad_frame\""));
        }
    }

    @Test
    void whatIsSmallAndUnpacksToMoreThanAFrameHoldsIsRefused() {
        // When
        reader.add(packed(new byte[Frames.LARGEST + 1]));

        // Then
        assertThatThrownBy(reader::next).isInstanceOf(Refused.class);
    }

    private static Buffer packed(byte[] message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(message);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Buffer frame = Frames.of(Buffer.buffer(bytes.toByteArray()));
        return frame.setByte(Frames.LENGTH, (byte) Frames.GZIP);
    }
}
