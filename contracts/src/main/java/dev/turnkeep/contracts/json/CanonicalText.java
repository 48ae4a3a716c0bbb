package dev.turnkeep.contracts.json;

/**
 * Strings as RFC 8785 writes them: quoted UTF-8, the short escapes, other controls as {@code \}{@code u00xx}, everything
 * else as it is. A lone surrogate has no UTF-8 form and no place in RFC 8785: it is kept apart from all other text as its
 * lower-case escape, such as {@code \}{@code ud800}.
 */
public final class CanonicalText {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    /** No character takes more bytes than an escape of six. */
    private static final int WIDEST = 6;

    private static final int CHUNK = 4096;

    private CanonicalText() {}

    public static void write(String text, ByteBuilder out) {
        out.append('"');
        char[] chunk = new char[Math.min(text.length(), CHUNK)];
        int from = 0;
        while (from < text.length()) {
            int to = Math.min(from + CHUNK, text.length());
            if (to < text.length() && Character.isHighSurrogate(text.charAt(to - 1))) {
                to--;
            }
            text.getChars(from, to, chunk, 0);
            characters(chunk, 0, to - from, out);
            from = to;
        }
        out.append('"');
    }

    public static void write(char[] text, int offset, int length, ByteBuilder out) {
        out.append('"');
        int end = offset + length;
        int from = offset;
        while (from < end) {
            int to = Math.min(from + CHUNK, end);
            if (to < end && Character.isHighSurrogate(text[to - 1])) {
                to--;
            }
            characters(text, from, to, out);
            from = to;
        }
        out.append('"');
    }

    private static void characters(char[] text, int from, int to, ByteBuilder out) {
        out.reserve((to - from) * WIDEST);
        for (int i = from; i < to; i++) {
            char c = text[i];
            if (c >= 0x80) {
                if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(text[i + 1])) {
                    pair(Character.toCodePoint(c, text[++i]), out);
                } else {
                    wide(c, out);
                }
            } else if (c >= 0x20 && c != '"' && c != '\\') {
                out.put(c);
            } else {
                escape(c, out);
            }
        }
    }

    private static void wide(char c, ByteBuilder out) {
        if (c < 0x800) {
            out.put(0xC0 | (c >> 6));
            out.put(0x80 | (c & 0x3F));
        } else if (Character.isSurrogate(c)) {
            unicodeEscape(c, out);
        } else {
            out.put(0xE0 | (c >> 12));
            out.put(0x80 | ((c >> 6) & 0x3F));
            out.put(0x80 | (c & 0x3F));
        }
    }

    private static void pair(int codePoint, ByteBuilder out) {
        out.put(0xF0 | (codePoint >> 18));
        out.put(0x80 | ((codePoint >> 12) & 0x3F));
        out.put(0x80 | ((codePoint >> 6) & 0x3F));
        out.put(0x80 | (codePoint & 0x3F));
    }

    private static void escape(char c, ByteBuilder out) {
        switch (c) {
            case '"', '\\' -> shortEscape(c, out);
            case '\b' -> shortEscape('b', out);
            case '\t' -> shortEscape('t', out);
            case '\n' -> shortEscape('n', out);
            case '\f' -> shortEscape('f', out);
            case '\r' -> shortEscape('r', out);
            default -> unicodeEscape(c, out);
        }
    }

    private static void shortEscape(char c, ByteBuilder out) {
        out.put('\\');
        out.put(c);
    }

    private static void unicodeEscape(char c, ByteBuilder out) {
        out.put('\\');
        out.put('u');
        out.put(HEX[c >> 12]);
        out.put(HEX[(c >> 8) & 0xF]);
        out.put(HEX[(c >> 4) & 0xF]);
        out.put(HEX[c & 0xF]);
    }
}
