package dev.turnkeep.ingest.body;

import dev.turnkeep.contracts.json.RawJson;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Labels and metadata without what stores cannot hold: NUL and lone surrogates become U+FFFD. Well-formed UTF-8 has
 * lone surrogates in JSON only as escapes.
 */
public final class Scrubbed {
    private static final char REPLACEMENT = '\ufffd';
    private static final byte[] ESCAPED_REPLACEMENT = {'\\', 'u', 'f', 'f', 'f', 'd'};
    private static final int ESCAPE = ESCAPED_REPLACEMENT.length;

    private Scrubbed() {}

    /** The same text when there is nothing to replace. */
    public static String text(String text) {
        StringBuilder scrubbed = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                scrubbed = scrubbed == null ? new StringBuilder(text) : scrubbed;
                scrubbed.setCharAt(i, REPLACEMENT);
            }
        }
        return scrubbed == null ? text : scrubbed.toString();
    }

    /** The same value, in the same bytes, when there is nothing to replace. */
    public static RawJson json(RawJson value) {
        byte[] bytes = value.array();
        int end = value.offset() + value.length();
        byte[] copy = null;
        for (int i = value.offset(); i < end; i++) {
            if (bytes[i] != '\\') {
                continue;
            }
            int unit = unit(bytes, i, end);
            if (unit < 0) {
                i++;
            } else if (Character.isHighSurrogate((char) unit) && isLow(unit(bytes, i + ESCAPE, end))) {
                i += 2 * ESCAPE - 1;
            } else {
                if (unit == 0 || Character.isSurrogate((char) unit)) {
                    copy = copy == null ? Arrays.copyOfRange(bytes, value.offset(), end) : copy;
                    System.arraycopy(ESCAPED_REPLACEMENT, 0, copy, i - value.offset(), ESCAPE);
                }
                i += ESCAPE - 1;
            }
        }
        return copy == null ? value : RawJson.of(copy, 0, copy.length);
    }

    /** The UTF-16 unit that is escaped at {@code i}; -1 when no such escape is there. */
    private static int unit(byte[] bytes, int i, int end) {
        if (i + ESCAPE > end || bytes[i] != '\\' || bytes[i + 1] != 'u') {
            return -1;
        }
        int unit = 0;
        for (int k = i + 2; k < i + ESCAPE; k++) {
            if (!HexFormat.isHexDigit(bytes[k])) {
                return -1;
            }
            unit = unit << 4 | HexFormat.fromHexDigit(bytes[k]);
        }
        return unit;
    }

    private static boolean isLow(int unit) {
        return unit >= 0 && Character.isLowSurrogate((char) unit);
    }
}
