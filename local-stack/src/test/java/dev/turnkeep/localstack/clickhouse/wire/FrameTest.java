package dev.turnkeep.localstack.clickhouse.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clickhouse.client.api.internal.ClickHouseLZ4InputStream;
import com.clickhouse.client.api.internal.ClickHouseLZ4OutputStream;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;

class FrameTest {

    private static final byte[] CONTENT = content();

    private static byte[] content() {
        byte[] content = new byte[900_000];
        Random random = new Random(5);
        for (int i = 0; i < content.length; i++) content[i] = (byte) ('a' + random.nextInt(4));
        return content;
    }

    @Test
    void theOfficialClientReadsWhatIsWritten() throws IOException {
        // When
        byte[] frames = written();

        // Then
        try (var client = new ClickHouseLZ4InputStream(
                new ByteArrayInputStream(frames), LZ4Factory.fastestInstance().fastDecompressor(), 8192)) {
            assertThat(client.readAllBytes()).isEqualTo(CONTENT);
        }
        assertThat(frames.length).isLessThan(CONTENT.length);
    }

    @Test
    void readsWhatTheOfficialClientWrites() throws IOException {
        // Given
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        try (var client = new ClickHouseLZ4OutputStream(
                frames, LZ4Factory.fastestInstance().fastCompressor(), 8192)) {
            client.write(CONTENT);
        }

        // Then
        assertThat(read(frames.toByteArray())).isEqualTo(CONTENT);
    }

    @Test
    void readsZstdFrames() throws IOException {
        assertThat(read(frame(Frame.ZSTD, Zstd.compress(CONTENT), CONTENT.length)))
                .isEqualTo(CONTENT);
    }

    @Test
    void readsUncompressedFrames() throws IOException {
        assertThat(read(frame(Frame.NONE, CONTENT, CONTENT.length))).isEqualTo(CONTENT);
    }

    @Test
    void readsNoFramesAsNothing() throws IOException {
        assertThat(read(new byte[0])).isEmpty();
    }

    @Test
    void refusesAChangedByteAnywhere() {
        byte[] frames = frame(Frame.ZSTD, Zstd.compress(new byte[] {1, 2, 3, 4}), 4);
        for (int position = 0; position < frames.length; position++) {
            // Given
            byte[] damaged = frames.clone();
            damaged[position] ^= 0x10;

            // Then
            assertThatThrownBy(() -> read(damaged)).as("byte %d", position).isInstanceOf(IOException.class);
        }
    }

    @Test
    void refusesAFrameThatEndsEarly() throws IOException {
        byte[] frames = written();
        for (int length : new int[] {1, 24, 25, frames.length / 2, frames.length - 1}) {
            assertThatThrownBy(() -> read(Arrays.copyOf(frames, length))).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void refusesSizesThatNoClientSendsBeforeItAllocatesThem() {
        assertThatThrownBy(() -> read(frame(Frame.NONE, new byte[0], Integer.MAX_VALUE)))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("impossible sizes");
    }

    @Test
    void refusesAnUnknownMethod() {
        assertThatThrownBy(() -> read(frame((byte) 0x55, new byte[4], 4))).hasMessageContaining("unknown compression");
    }

    private static byte[] written() throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        try (FrameOutputStream output = new FrameOutputStream(frames)) {
            output.write(CONTENT[0]);
            output.write(CONTENT, 1, CONTENT.length - 1);
        }
        return frames.toByteArray();
    }

    private static byte[] read(byte[] frames) throws IOException {
        try (var input = new FrameInputStream(new ByteArrayInputStream(frames))) {
            return input.readAllBytes();
        }
    }

    private static byte[] frame(byte method, byte[] data, int contentSize) {
        int size = Frame.HEADER + data.length;
        byte[] frame = new byte[Frame.CHECKSUM + size];
        ByteBuffer fields = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        fields.position(Frame.CHECKSUM)
                .put(method)
                .putInt(size)
                .putInt(contentSize)
                .put(data);
        CityHash128 checksum = CityHash128.of(frame, Frame.CHECKSUM, size);
        fields.putLong(0, checksum.low()).putLong(8, checksum.high());
        return frame;
    }
}
