package dev.turnkeep.localstack.clickhouse.server;

import dev.turnkeep.localstack.clickhouse.engine.ClickHouseException;

/** Which HTTP status ClickHouse answers with for an error code: the same table as a server's. */
final class HttpStatus {

    private HttpStatus() {}

    static int of(ClickHouseException error) {
        return switch (error.code()) {
            case 194 -> 401;
            case 192, 193, 497, 512, ClickHouseException.AUTHENTICATION_FAILED -> 403;
            // Values that cannot be read as what they should be.
            case 6, 25, 26, 27, 38, 41, 53, 72, 117, 321, 376, 441, 675, 676 -> 400;
            // Statements that make no sense.
            case 8, 15, ClickHouseException.BAD_ARGUMENTS, 37, 44, ClickHouseException.SYNTAX_ERROR -> 400;
            case 123, 167, 168, 223, 427 -> 400;
            // Names that mean nothing.
            case 46, 47, 50, 56, 60, 63, ClickHouseException.UNKNOWN_FORMAT, 78, 81, 115, 152, 336, 511 -> 404;
            case ClickHouseException.TIMEOUT_EXCEEDED -> 408;
            case 381 -> 411;
            case 229 -> 413;
            case 779 -> 415;
            case ClickHouseException.NOT_IMPLEMENTED -> 501;
            case 76, 209, 439 -> 503;
            default -> 500;
        };
    }
}
