package dev.turnkeep.localstack.clickhouse.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How the pieces of a result make up the whole. The engine formats each piece as if it were one: where a format begins
 * with a header, every piece repeats it. Formats with a frame around their rows (JSON, Parquet, Pretty ...) cannot be
 * put together from pieces.
 */
enum ResultFormat {
    PLAIN,
    LINE_HEADER,
    TWO_LINE_HEADER,
    QUOTED_LINE_HEADER,
    QUOTED_TWO_LINE_HEADER,
    BINARY_NAMES,
    BINARY_NAMES_AND_TYPES,
    WHOLE;

    private static final Set<String> ROWS = Set.of(
            "tsv",
            "tabseparated",
            "csv",
            "jsoneachrow",
            "jsonlines",
            "ndjson",
            "jsonstringseachrow",
            "jsoncompacteachrow",
            "jsoncompactstringseachrow",
            "tskv",
            "rowbinary",
            "native",
            "tsvraw",
            "tabseparatedraw",
            "null");

    static ResultFormat of(String name) {
        String format = name.toLowerCase(Locale.ROOT);
        if (ROWS.contains(format)) return PLAIN;
        Optional<String> typed = base(format, "withnamesandtypes");
        if (typed.isPresent())
            return headed(typed.get(), BINARY_NAMES_AND_TYPES, QUOTED_TWO_LINE_HEADER, TWO_LINE_HEADER);
        return base(format, "withnames")
                .map(base -> headed(base, BINARY_NAMES, QUOTED_LINE_HEADER, LINE_HEADER))
                .orElse(WHOLE);
    }

    private static Optional<String> base(String format, String suffix) {
        return format.endsWith(suffix)
                ? Optional.of(format.substring(0, format.length() - suffix.length()))
                : Optional.empty();
    }

    private static ResultFormat headed(String base, ResultFormat binary, ResultFormat quoted, ResultFormat lines) {
        return switch (base) {
            case "rowbinary" -> binary;
            case "csv" -> quoted;
            case "tsv", "tabseparated", "jsoncompacteachrow", "jsoncompactstringseachrow" -> lines;
            default -> WHOLE;
        };
    }

    /** How many bytes the header of a piece takes. */
    long header(MemorySegment piece) {
        return switch (this) {
            case PLAIN, WHOLE -> 0;
            case LINE_HEADER -> lines(piece, 1, false);
            case TWO_LINE_HEADER -> lines(piece, 2, false);
            case QUOTED_LINE_HEADER -> lines(piece, 1, true);
            case QUOTED_TWO_LINE_HEADER -> lines(piece, 2, true);
            case BINARY_NAMES -> strings(piece, 1);
            case BINARY_NAMES_AND_TYPES -> strings(piece, 2);
        };
    }

    private static long lines(MemorySegment piece, int count, boolean quotes) {
        boolean quoted = false;
        int left = count;
        for (long at = 0; at < piece.byteSize(); at++) {
            byte c = piece.get(JAVA_BYTE, at);
            if (quotes && c == '"') quoted = !quoted;
            if (c == '\n' && !quoted && --left == 0) return at + 1;
        }
        return piece.byteSize();
    }

    /** A number of columns, then {@code rounds} strings for each. */
    private static long strings(MemorySegment piece, int rounds) {
        long[] cursor = {0};
        long strings = number(piece, cursor) * rounds;
        for (long i = 0; i < strings; i++) {
            long length = number(piece, cursor);
            cursor[0] += length;
        }
        return cursor[0];
    }

    /** An unsigned LEB128 number at the cursor, which moves behind it. */
    private static long number(MemorySegment piece, long[] cursor) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = piece.get(JAVA_BYTE, cursor[0]++);
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) return value;
        }
    }

    /** What HTTP calls a format. */
    static String contentType(String name) {
        String format = name.toLowerCase(Locale.ROOT);
        if (format.startsWith("json") && !format.contains("eachrow")) return "application/json; charset=UTF-8";
        if (format.contains("eachrow") || format.equals("ndjson")) return "application/x-ndjson; charset=UTF-8";
        if (format.startsWith("csv")) return "text/csv; charset=UTF-8";
        if (format.startsWith("tsv") || format.startsWith("tab")) return "text/tab-separated-values; charset=UTF-8";
        if (format.startsWith("rowbinary") || format.equals("native") || format.equals("parquet"))
            return "application/octet-stream";
        return "text/plain; charset=UTF-8";
    }
}
