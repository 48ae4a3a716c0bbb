package dev.turnkeep.localstack.clickhouse.wire;

import java.io.IOException;

/** Compressed data that is damaged, or no compressed data at all. */
public final class FrameException extends IOException {

    FrameException(String message) {
        super(message);
    }

    public FrameException(String message, Throwable cause) {
        super(message, cause);
    }
}
