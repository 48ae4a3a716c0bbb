package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.RawJson;
import org.jspecify.annotations.Nullable;

/**
 * The data of a server-sent event stream (WHATWG HTML, 9.2.6), event by event. Lines end in LF, CRLF or CR; data lines of
 * one event are joined by LF. An event that the end of the bytes cuts off is given too: whether it is whole, its JSON says.
 */
final class ServerSentEvents implements StreamEvents {
    private static final byte[] DATA = {'d', 'a', 't', 'a'};

    private final byte[] bytes;
    private final int end;
    private int at;

    ServerSentEvents(RawJson stream) {
        bytes = stream.array();
        at = stream.offset();
        end = at + stream.length();
        if (stream.length() >= 3
                && bytes[at] == (byte) 0xEF
                && bytes[at + 1] == (byte) 0xBB
                && bytes[at + 2] == (byte) 0xBF) {
            at += 3;
        }
    }

    /** The data of the next event that has any; null at the end. */
    @Override
    public @Nullable RawJson next() {
        RawJson data = null;
        while (at < end) {
            int lineStart = at;
            int lineEnd = endOfLine();
            if (lineStart == lineEnd) {
                if (data != null) {
                    return data;
                }
            } else if (isData(lineStart, lineEnd)) {
                data = join(data, value(lineStart, lineEnd));
            }
        }
        return data;
    }

    /** Whatever comes can be taken for lines. */
    @Override
    public boolean isDamaged() {
        return false;
    }

    /** Moves past the line and its end. */
    private int endOfLine() {
        while (at < end && bytes[at] != '\n' && bytes[at] != '\r') {
            at++;
        }
        int lineEnd = at;
        if (at < end) {
            boolean crLf = bytes[at] == '\r' && at + 1 < end && bytes[at + 1] == '\n';
            at += crLf ? 2 : 1;
        }
        return lineEnd;
    }

    private boolean isData(int lineStart, int lineEnd) {
        int colon = lineStart + DATA.length;
        if (colon >= lineEnd || bytes[colon] != ':') {
            return false;
        }
        for (int i = 0; i < DATA.length; i++) {
            if (bytes[lineStart + i] != DATA[i]) {
                return false;
            }
        }
        return true;
    }

    private RawJson value(int lineStart, int lineEnd) {
        int start = lineStart + DATA.length + 1;
        if (start < lineEnd && bytes[start] == ' ') {
            start++;
        }
        return RawJson.of(bytes, start, lineEnd - start);
    }

    private static RawJson join(@Nullable RawJson before, RawJson line) {
        if (before == null) {
            return line;
        }
        return new ByteBuilder(before.length() + line.length() + 1)
                .append(before)
                .append('\n')
                .append(line)
                .toJson();
    }
}
