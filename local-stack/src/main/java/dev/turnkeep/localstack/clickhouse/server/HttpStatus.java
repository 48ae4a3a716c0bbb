package dev.turnkeep.localstack.clickhouse.server;

import dev.turnkeep.localstack.clickhouse.engine.ClickHouseException;

/** Which HTTP status ClickHouse answers with for an error code. */
final class HttpStatus {

    private HttpStatus() {}

    static int of(ClickHouseException error) {
        return switch (error.code()) {
            case 192, 193, 512, ClickHouseException.AUTHENTICATION_FAILED -> 403;
            case 194 -> 401;
            // Text that cannot be read as the type it should be, and statements that make no sense.
            case 6, 25, 26, 27, 38, 41, 69, 72, 130, 376, 441, 675, 676 -> 400;
            case 7, 15, 20, 42, 43, 44, 53, 117, 119, 125, 153, 158, 170, 171, 184, 208, 305, 306, 390, 403 -> 400;
            case ClickHouseException.SYNTAX_ERROR, 51, 181, 182, 190, 215, 261, 456, 457 -> 400;
            case 16, 46, 47, 50, 56, 60, 63, 73, 75, 79, 81, 111, 115, 218, 372 -> 404;
            case 159 -> 408;
            case 381 -> 411;
            case 307, 396 -> 413;
            case 48 -> 501;
            case 209, 210, 439 -> 503;
            default -> 500;
        };
    }
}
