package dev.turnkeep.localstack.clickhouse.http;

import java.io.IOException;

/** The other end closed the connection, or broke it, in the middle of an exchange: there is nobody to answer. */
public final class ClientGoneException extends IOException {

    ClientGoneException(String message) {
        super(message);
    }

    ClientGoneException(IOException cause) {
        super(cause);
    }
}
