package dev.turnkeep.session.channel.realtime;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.SessionRef;
import dev.turnkeep.session.channel.durable.Delivery;
import dev.turnkeep.session.channel.durable.Following;
import dev.turnkeep.session.channel.durable.Outgoing;
import dev.turnkeep.session.channel.log.Kind;
import dev.turnkeep.session.channel.log.LogReader;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.Page;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.realtime.Exchange.Let;
import dev.turnkeep.session.channel.realtime.RealtimeSessions.Known;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * GET .../records: what a channel holds after a place, without waiting. Clients expect all of it in one answer, so it is read
 * and sent page by page, as fast as the client takes it; with {@code limit} the answer is one page, and says where the next
 * one begins.
 */
@Singleton
class Draining {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final int MOST = 1000;
    /** A client that takes nothing for so long is gone. */
    private static final Duration STUCK = Duration.ofSeconds(30);

    private final RealtimeSessions sessions;
    private final LogReader reader;
    private final Following following;

    Draining(RealtimeSessions sessions, LogReader reader, Following following) {
        this.sessions = sessions;
        this.reader = reader;
        this.following = following;
    }

    /** On a virtual thread. */
    void get(Let let) {
        Exchange exchange = let.exchange();
        String after = exchange.query("afterEventId");
        String limit = exchange.query("limit");
        if (!isNumber(after)) {
            refuse(exchange, "afterEventId", "digits: the seqNum of a record");
        } else if (!isNumber(limit) || (limit != null && (Long.parseLong(limit) < 1 || Long.parseLong(limit) > MOST))) {
            refuse(exchange, "limit", "1.." + MOST);
        } else {
            long from = after == null ? LogReader.START : Long.parseLong(after) + 1;
            int most = limit == null ? Integer.MAX_VALUE : Integer.parseInt(limit);
            Optional<Known> session = sessions.find(let.granted());
            if (session.isEmpty() && !(let.granted().session() instanceof SessionRef.ByExternalId)) {
                throw RealtimeSessions.missing();
            }
            // A session that may still come has said nothing yet, nor has a channel that nobody has written to.
            StreamAddress channel = session.map(known -> StreamAddress.channel(
                            let.granted().scope(), known.id(), let.path().channel()))
                    .orElse(null);
            Optional<Found> first = channel == null ? Optional.empty() : await(reader.page(channel, from));
            if (channel == null || first.isEmpty()) {
                exchange.json(200, Map.of("records", List.of()));
            } else {
                drain(exchange, channel, first.get().page(), most);
            }
        }
    }

    private void drain(Exchange exchange, StreamAddress channel, Page first, int most) {
        if (!first.records().isEmpty()) {
            following.outbound().check(channel.owner());
        }
        Records records = new Records(most);
        long end = first.end().next();
        Page page = first;
        records.add(page);
        if (records.isFull() || page.next() >= end) {
            Buffer whole = records.end(page);
            long admitted = first.records().isEmpty() ? 0 : whole.length();
            if (admitted > 0) {
                following.outbound().admit(channel.owner(), admitted);
            }
            exchange.answer(200, "application/json", whole, delivery(exchange, channel, admitted));
            return;
        }
        exchange.onContext(() -> exchange.response()
                .setChunked(true)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store"));
        while (page.next() < end) {
            send(exchange, channel.owner(), records.take());
            Optional<Found> next = await(reader.page(channel, page.next()));
            if (next.isEmpty()) {
                // It was removed meanwhile: half an answer must not pass for a whole one.
                exchange.onContext(exchange::drop);
                return;
            }
            page = next.get().page();
            records.add(page);
        }
        Buffer rest = records.end(page);
        exchange.onContext(() -> delivery(exchange, channel, 0).send(rest));
    }

    private Delivery delivery(Exchange exchange, StreamAddress channel, long admitted) {
        return new Delivery(exchange.request(), exchange.context(), channel.owner(), following, admitted);
    }

    /** Returns once the client has taken it. */
    private void send(Exchange exchange, SessionId session, Buffer chunk) {
        int bytes = chunk.length();
        CompletableFuture<Void> sent = new CompletableFuture<>();
        following.outbound().add(session, bytes);
        exchange.onContext(() -> exchange.response().write(chunk).onComplete(done -> {
            following.outbound().sent(session, bytes);
            if (done.succeeded()) {
                sent.complete(null);
            } else {
                sent.completeExceptionally(done.cause());
            }
        }));
        try {
            sent.get(STUCK.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            exchange.onContext(() -> Outgoing.drop(exchange.request()));
            throw new Invalid(Problem.MALFORMED, null, "the client takes nothing");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static boolean isNumber(@Nullable String text) {
        return text == null || NUMBER.matcher(text).matches();
    }

    private static void refuse(Exchange exchange, String parameter, String rule) {
        exchange.onContext(() -> exchange.response().putHeader("x-should-retry", "false"));
        exchange.json(
                400,
                Map.of(
                        "error",
                        "Query Error",
                        "details",
                        List.of(Map.of("path", List.of(parameter), "message", parameter + ": " + rule))));
    }

    /** The answer as it grows. State: for one thread. */
    private final class Records {
        private final int most;
        private Buffer text = Buffer.buffer("{\"records\":[");
        private int count;
        private long last;
        private boolean cut;

        Records(int most) {
            this.most = most;
        }

        void add(Page page) {
            for (LogRecord record : page.records()) {
                if (count >= most) {
                    cut = true;
                    break;
                }
                last = record.seq();
                if (record.kind() != Kind.COMMAND) {
                    text.appendString(count == 0 ? "" : ",");
                    Envelope.appendRecord(text, record);
                    count++;
                }
            }
            following.metrics().delivered(page.records());
        }

        /** One page, whether or not more would fit: it was asked for piece by piece. */
        boolean isFull() {
            return most != Integer.MAX_VALUE;
        }

        Buffer take() {
            Buffer taken = text;
            text = Buffer.buffer();
            return taken;
        }

        Buffer end(Page page) {
            boolean more = isFull() && (cut || !page.atTail());
            return text.appendString(more ? "],\"nextEventId\":\"" + last + "\"}" : "]}");
        }
    }
}
