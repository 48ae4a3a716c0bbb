package dev.turnkeep.localstack.clickhouse.http;

import java.io.IOException;

/** What arrived is not a request of HTTP/1.1: it gets a 400 and the end of its connection. */
public final class MalformedRequestException extends IOException {

    MalformedRequestException(String message) {
        super(message);
    }
}
