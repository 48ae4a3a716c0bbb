package dev.turnkeep.localstack.clickhouse.sql;

import dev.turnkeep.localstack.clickhouse.sql.Token.Kind;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Splits SQL into tokens: knows quotes, comments, here-documents and brackets, and nothing of grammar. Works on bytes,
 * because what follows an INSERT's head may be no text. An unclosed quote ends with the input.
 */
final class Scanner {

    private final byte[] sql;
    private int at;
    private int depth;

    Scanner(byte[] sql) {
        this.sql = sql;
    }

    /** Null at the end. */
    @Nullable
    Token next() {
        skipBlanks();
        if (at >= sql.length) return null;
        int start = at;
        byte c = sql[at];
        return switch (c) {
            case '\'' -> token(Kind.STRING, start, quoted('\''));
            case '"', '`' -> token(Kind.QUOTED_NAME, start, quoted((char) c));
            case '(', '[', '{' -> {
                Token opening = token(Kind.OTHER, start, start + 1);
                depth++;
                yield opening;
            }
            case ')', ']', '}' -> {
                depth = Math.max(0, depth - 1);
                yield token(Kind.OTHER, start, start + 1);
            }
            default -> {
                int hereDocument = hereDocument();
                if (hereDocument > 0) yield token(Kind.STRING, start, hereDocument);
                yield wordCharacter(c) ? token(Kind.WORD, start, word()) : token(Kind.OTHER, start, start + 1);
            }
        };
    }

    private Token token(Kind kind, int start, int end) {
        at = end;
        return new Token(kind, new String(sql, start, end - start, StandardCharsets.ISO_8859_1), start, end, depth);
    }

    private void skipBlanks() {
        while (at < sql.length) {
            if (sql[at] <= ' ' && sql[at] >= 0) at++;
            else if (follows("--") || follows("# ") || follows("#!")) at = behind("\n", at);
            else if (follows("/*")) at = behind("*/", at + 2);
            else return;
        }
    }

    private int quoted(char quote) {
        int i = at + 1;
        while (i < sql.length) {
            if (sql[i] == '\\') i += 2;
            else if (sql[i] != quote) i++;
            else if (i + 1 < sql.length && sql[i + 1] == quote) i += 2;
            else return i + 1;
        }
        return sql.length;
    }

    /** The end of {@code $tag$ ... $tag$}, or 0 when none begins here. */
    private int hereDocument() {
        if (sql[at] != '$') return 0;
        int i = at + 1;
        while (i < sql.length && wordCharacter(sql[i]) && sql[i] != '$') i++;
        if (i >= sql.length || sql[i] != '$') return 0;
        String tag = new String(sql, at, i + 1 - at, StandardCharsets.ISO_8859_1);
        return behind(tag, i + 1);
    }

    private int word() {
        int i = at;
        while (i < sql.length && wordCharacter(sql[i])) i++;
        return i;
    }

    private boolean follows(String text) {
        return matches(text, at);
    }

    private boolean matches(String text, int position) {
        if (position + text.length() > sql.length) return false;
        for (int i = 0; i < text.length(); i++) if (sql[position + i] != text.charAt(i)) return false;
        return true;
    }

    private int behind(String text, int from) {
        for (int i = from; i < sql.length; i++) if (matches(text, i)) return i + text.length();
        return sql.length;
    }

    /** Names may hold letters of any alphabet: every byte beyond ASCII counts as one. */
    private static boolean wordCharacter(byte c) {
        return c < 0 || c == '_' || c == '$' || Character.isLetterOrDigit(c);
    }
}
