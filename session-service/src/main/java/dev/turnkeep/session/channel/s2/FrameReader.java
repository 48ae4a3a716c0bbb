package dev.turnkeep.session.channel.s2;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a connection's bytes into the messages of a session, however they come. State: confined to the connection's event
 * loop; it holds at most one message that is not whole, and what came with it.
 */
final class FrameReader {
    private Buffer pending = Buffer.buffer();
    private int at;

    void add(Buffer chunk) {
        if (at == pending.length()) {
            pending = Buffer.buffer();
            at = 0;
        } else if (at > pending.length() / 2) {
            pending = pending.getBuffer(at, pending.length());
            at = 0;
        }
        pending.appendBuffer(chunk);
    }

    /**
     * The next whole message, unpacked; null until more has come.
     *
     * @throws Refused (400) for what no writer sends: from then on nothing can be made of the connection
     */
    @Nullable
    Buffer next() {
        int waiting = pending.length() - at;
        if (waiting < Frames.LENGTH) {
            return null;
        }
        int length = pending.getUnsignedMedium(at);
        if (length < Frames.FLAG || length > Frames.LARGEST) {
            throw malformed("a frame has 1.." + Frames.LARGEST + " bytes");
        }
        if (waiting < Frames.LENGTH + length) {
            return null;
        }
        int flag = pending.getUnsignedByte(at + Frames.LENGTH);
        int start = at + Frames.LENGTH + Frames.FLAG;
        at += Frames.LENGTH + length;
        Buffer body = pending.getBuffer(start, at);
        if ((flag & Frames.TERMINAL) != 0) {
            throw malformed("a writer ends its stream without a last frame");
        }
        return switch (flag & Frames.PACKED) {
            case 0 -> body;
            case Frames.GZIP -> unpacked(body);
            default -> throw malformed("frames are packed by gzip, or not at all");
        };
    }

    /** In bytes: what has come, and is no whole message yet. */
    int length() {
        return pending.length() - at;
    }

    /** What has come is of no use any more. */
    void clear() {
        pending = Buffer.buffer();
        at = 0;
    }

    private static Buffer unpacked(Buffer body) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body.getBytes()))) {
            byte[] bytes = in.readNBytes(Frames.LARGEST + 1);
            if (bytes.length > Frames.LARGEST) {
                throw malformed("a frame has at most " + Frames.LARGEST + " bytes when it is unpacked");
            }
            return Buffer.buffer(bytes);
        } catch (IOException e) {
            throw malformed("a frame cannot be unpacked");
        }
    }

    private static Refused malformed(String message) {
        return Refused.of(400, "bad_frame", message);
    }
}
