package dev.turnkeep.localstack.clickhouse.engine;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An error of the engine, or one that a real server would answer with, by its code in ClickHouse's catalogue. */
public final class ClickHouseException extends RuntimeException {

    public static final int UNKNOWN_FORMAT = 73;
    public static final int READONLY = 164;
    public static final int SYNTAX_ERROR = 62;
    public static final int NOT_IMPLEMENTED = 48;
    public static final int TIMEOUT_EXCEEDED = 159;
    public static final int QUERY_ID_IN_USE = 216;
    public static final int SESSION_NOT_FOUND = 372;
    public static final int SESSION_IS_LOCKED = 373;
    public static final int AUTHENTICATION_FAILED = 516;
    public static final int BAD_ARGUMENTS = 36;
    public static final int CHECKSUM_DOESNT_MATCH = 40;
    public static final int CANNOT_DECOMPRESS = 271;
    public static final int CANNOT_READ_ALL_DATA = 33;
    /** For what has no code of its own. */
    public static final int STD_EXCEPTION = 1001;

    private static final Pattern CODE = Pattern.compile("Code: (\\d+)\\.");

    private final int code;

    private ClickHouseException(int code, String message) {
        super(message);
        this.code = code;
    }

    /** @param name the code's symbolic name, e.g. {@code SYNTAX_ERROR} */
    public static ClickHouseException of(int code, String name, String message) {
        return new ClickHouseException(code, "Code: %d. DB::Exception: %s. (%s)".formatted(code, message, name));
    }

    /** From the engine's own text, which begins with the code. */
    static ClickHouseException parse(String text) {
        Matcher matcher = CODE.matcher(text);
        if (matcher.find())
            return new ClickHouseException(Integer.parseInt(matcher.group(1)), text.substring(matcher.start()));
        return of(STD_EXCEPTION, "STD_EXCEPTION", text);
    }

    public int code() {
        return code;
    }

    /** {@code Code: 62. DB::Exception: ...}, as clients parse it. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
