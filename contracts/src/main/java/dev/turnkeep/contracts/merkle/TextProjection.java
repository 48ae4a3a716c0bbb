package dev.turnkeep.contracts.merkle;

/**
 * What is hashed of a text: without the spans that harnesses add, and without differences in white space alone (line
 * ends, blanks before them, empty lines, both ends of the text).
 */
public final class TextProjection {
    private TextProjection() {}

    /** Empty when nothing is left. Linear time. */
    public static String of(String text) {
        return trim(foldLines(HarnessTags.strip(text)));
    }

    /** CRLF is LF; blanks before a line's end go; a run of line ends is one. A lone CR stays. */
    private static String foldLines(String text) {
        if (!hasLinesToFold(text)) {
            return text;
        }
        StringBuilder folded = new StringBuilder(text.length());
        int from = 0;
        for (int newline = text.indexOf('\n'); newline >= 0; newline = text.indexOf('\n', from)) {
            int end = newline;
            if (end > from && text.charAt(end - 1) == '\r') {
                end--;
            }
            while (end > from && isBlank(text.charAt(end - 1))) {
                end--;
            }
            boolean emptyLine = end == from;
            if (!emptyLine || folded.isEmpty() || folded.charAt(folded.length() - 1) != '\n') {
                folded.append(text, from, end).append('\n');
            }
            from = newline + 1;
        }
        return folded.append(text, from, text.length()).toString();
    }

    private static boolean hasLinesToFold(String text) {
        for (int at = text.indexOf('\n', 1); at >= 0; at = text.indexOf('\n', at + 1)) {
            char before = text.charAt(at - 1);
            if (before == '\n' || before == '\r' || isBlank(before)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static String trim(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (to > from && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** Unicode's White_Space, which is neither of Java's two notions (U+0085 and U+00A0 are in, U+001C to U+001F are out). */
    private static boolean isSpace(char c) {
        if (c < 0x80) {
            return c == ' ' || (c >= '\t' && c <= '\r');
        }
        return switch (c) {
            case 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default -> c >= 0x2000 && c <= 0x200A;
        };
    }
}
