package dev.turnkeep.session.channel.s2;

import io.vertx.core.buffer.Buffer;

/** A session's messages on their way to a client: their length in three bytes, a byte of flags, and the message. */
final class Frames {
    static final String TYPE = "s2s/proto";
    /** In bytes; flags and message together. */
    static final int LARGEST = 2 * 1024 * 1024;

    static final int LENGTH = 3;
    static final int FLAG = 1;
    static final int TERMINAL = 0x80;
    static final int PACKED = 0x60;
    static final int GZIP = 0x40;

    private Frames() {}

    static Buffer of(Buffer message) {
        return Buffer.buffer(LENGTH + FLAG + message.length())
                .appendMedium(FLAG + message.length())
                .appendByte((byte) 0)
                .appendBuffer(message);
    }

    /** The last one, which says why. */
    static Buffer last(Refusal refusal) {
        return Buffer.buffer()
                .appendMedium(FLAG + Short.BYTES + refusal.json().length())
                .appendByte((byte) TERMINAL)
                .appendUnsignedShort(refusal.status())
                .appendBuffer(refusal.json());
    }
}
