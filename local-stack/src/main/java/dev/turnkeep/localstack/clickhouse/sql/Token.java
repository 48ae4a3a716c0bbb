package dev.turnkeep.localstack.clickhouse.sql;

import java.nio.charset.StandardCharsets;

/**
 * A piece of SQL that means something.
 *
 * @param text its bytes as Latin-1, quotes included
 * @param start offset of its first byte
 * @param end offset behind its last byte
 * @param depth how many brackets are open around it; a bracket itself counts as outside
 */
record Token(Kind kind, String text, int start, int end, int depth) {

    enum Kind {
        WORD,
        STRING,
        QUOTED_NAME,
        OTHER
    }

    boolean is(String word) {
        return kind == Kind.WORD && text.equalsIgnoreCase(word);
    }

    boolean isTop(String word) {
        return depth == 0 && is(word);
    }

    /** The value of a string literal, or of a name in quotes. */
    String value() {
        if (kind == Kind.WORD || kind == Kind.OTHER) return text;
        char quote = text.charAt(0);
        StringBuilder value = new StringBuilder();
        for (int i = 1; i < text.length() - 1; i++) {
            char c = text.charAt(i);
            boolean pair = c == '\\' || c == quote;
            value.append(pair && i + 1 < text.length() - 1 ? text.charAt(++i) : c);
        }
        return new String(value.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
