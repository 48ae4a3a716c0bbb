package dev.turnkeep.session.channel.s2;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sessions by HTTP/2 in clear text from its first byte, as S2's clients have them: frames go both ways at once.
 */
final class S2Connection implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final HttpClient http;
    private final int port;

    S2Connection(Vertx vertx, int port) {
        this.http = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        this.port = port;
    }

    /** An answer in one piece. */
    record Answer(int status, Buffer body) {}

    /** In protobuf, both ways. */
    Answer one(HttpMethod method, String path, String key, Buffer message) {
        HttpClientRequest request = get(http.request(method, port, "127.0.0.1", path));
        request.putHeader("content-type", Proto.TYPE)
                .putHeader("accept", Proto.TYPE)
                .putHeader("authorization", "Bearer " + key);
        // Asked for before it comes: what nobody waits for is thrown away.
        return get(request.send(message)
                .compose(response -> response.body().map(body -> new Answer(response.statusCode(), body))));
    }

    /** @param status 0 for a message; else the last frame, with its status */
    record Frame(int status, Buffer body) {}

    Session write(String path, String key) {
        return open(HttpMethod.POST, path, key);
    }

    Session read(String path, String key) {
        return open(HttpMethod.GET, path, key);
    }

    private Session open(HttpMethod method, String path, String key) {
        HttpClientRequest request = get(http.request(method, port, "127.0.0.1", path));
        Session session = new Session(request);
        request.putHeader("content-type", Frames.TYPE)
                .putHeader("accept", Proto.TYPE)
                .putHeader("authorization", "Bearer " + key);
        request.response().onSuccess(session::answered).onFailure(session.answer::completeExceptionally);
        if (method.equals(HttpMethod.GET)) {
            get(request.end());
        } else {
            get(request.setChunked(true).sendHead());
        }
        return session;
    }

    @Override
    public void close() {
        get(http.close());
    }

    /** What was asked for, and what comes of it. */
    static final class Session {
        private final HttpClientRequest request;
        private final CompletableFuture<Integer> answer = new CompletableFuture<>();
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
        private Buffer pending = Buffer.buffer();

        private Session(HttpClientRequest request) {
            this.request = request;
        }

        private void answered(HttpClientResponse response) {
            response.handler(this::came);
            response.endHandler(_ -> end.complete(null));
            response.exceptionHandler(end::completeExceptionally);
            answer.complete(response.statusCode());
        }

        private void came(Buffer chunk) {
            pending.appendBuffer(chunk);
            while (pending.length() >= 4 && pending.length() >= 3 + pending.getUnsignedMedium(0)) {
                int length = pending.getUnsignedMedium(0);
                boolean last = (pending.getUnsignedByte(3) & Frames.TERMINAL) != 0;
                int start = last ? 6 : 4;
                frames.add(new Frame(last ? pending.getUnsignedShort(4) : 0, pending.getBuffer(start, 3 + length)));
                pending = pending.getBuffer(3 + length, pending.length());
            }
        }

        int status() {
            return get(answer);
        }

        Session send(Buffer... messages) {
            Buffer all = Buffer.buffer();
            for (Buffer message : messages) {
                all.appendBuffer(Frames.of(message));
            }
            return sendBytes(all);
        }

        Session sendBytes(Buffer bytes) {
            get(request.write(bytes));
            return this;
        }

        Session saidAll() {
            get(request.end());
            return this;
        }

        Frame next() {
            try {
                return Objects.requireNonNull(frames.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "no frame came in time");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        Wire.Acked ack() {
            return Wire.ack(message());
        }

        Wire.Gotten batch() {
            return Wire.batch(message());
        }

        private Buffer message() {
            Frame frame = next();
            if (frame.status() != 0) {
                throw new IllegalStateException("the session ended with " + frame.status() + " " + frame.body());
            }
            return frame.body();
        }

        /** Waits for the end; false when frames came that nobody asked for. */
        boolean ends() {
            get(end);
            return frames.isEmpty();
        }

        void leave() {
            request.reset();
        }
    }

    private static <T> T get(Future<T> future) {
        return get(future.toCompletionStage().toCompletableFuture());
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
