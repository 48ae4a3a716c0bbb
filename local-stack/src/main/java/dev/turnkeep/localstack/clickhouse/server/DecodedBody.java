package dev.turnkeep.localstack.clickhouse.server;

import dev.turnkeep.localstack.clickhouse.http.ClientGoneException;
import dev.turnkeep.localstack.clickhouse.http.MalformedRequestException;
import dev.turnkeep.localstack.clickhouse.wire.FrameException;
import dev.turnkeep.localstack.clickhouse.wire.HttpCoding;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** A request's body without its coding. Damage is told apart from a client that left, which each decoder calls its own way. */
final class DecodedBody extends InputStream {

    private final InputStream content;

    private DecodedBody(InputStream content) {
        this.content = content;
    }

    static InputStream of(HttpCoding coding, InputStream body) throws IOException {
        return new DecodedBody(checked(() -> coding.decode(body)));
    }

    @FunctionalInterface
    private interface Step<T> {
        T take() throws IOException;
    }

    private static <T> T checked(Step<T> step) throws IOException {
        try {
            return step.take();
        } catch (ClientGoneException | MalformedRequestException | EOFException e) {
            throw e;
        } catch (IOException e) {
            throw new FrameException("damaged content: " + e.getMessage(), e);
        }
    }

    @Override
    public int read() throws IOException {
        return checked(content::read);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return checked(() -> content.read(target, offset, length));
    }

    @Override
    public void close() throws IOException {
        content.close();
    }
}
