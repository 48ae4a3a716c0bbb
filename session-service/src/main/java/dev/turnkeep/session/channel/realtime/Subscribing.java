package dev.turnkeep.session.channel.realtime;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.access.Access;
import dev.turnkeep.session.access.SessionRef;
import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.durable.Channels;
import dev.turnkeep.session.channel.durable.Following;
import dev.turnkeep.session.channel.log.LogReader;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.LogReader.LastSaid;
import dev.turnkeep.session.channel.log.RecordHeader;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.realtime.Exchange.Let;
import dev.turnkeep.session.channel.realtime.RealtimeSessions.Known;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** GET and HEAD of a channel: where a reader begins, and what it waits for. */
@Singleton
class Subscribing {
    /** An event's id may be given for its record's seq, as browsers do it. */
    private static final Pattern LAST_EVENT = Pattern.compile("([0-9]{1,18})(?:[-,].*)?");

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,3}");
    private static final int LONGEST = 600;
    private static final int RACES = 3;
    private static final String CONTROL = "trigger-control";
    private static final String TURN_COMPLETE = "turn-complete";

    private final Access access;
    private final RealtimeSessions sessions;
    private final Channels channels;
    private final LogReader reader;
    private final Following following;
    private final ChannelsConfig config;

    Subscribing(
            Access access,
            RealtimeSessions sessions,
            Channels channels,
            LogReader reader,
            Following following,
            ChannelsConfig config) {
        this.access = access;
        this.sessions = sessions;
        this.channels = channels;
        this.reader = reader;
        this.following = following;
        this.config = config;
    }

    /** On a virtual thread. */
    void head(Let let) {
        Start start = start(let, LogReader.NOW, false);
        long last = start instanceof Start.Ready ready
                ? Math.max(0, ready.found().view().next() - 1)
                : 0;
        Exchange exchange = let.exchange();
        exchange.onContext(() -> exchange.response()
                .putHeader("X-Last-Chunk-Index", Long.toString(last))
                .putHeader("X-Stream-Version", RealtimeStream.VERSION));
        exchange.answer(200, "text/event-stream", Buffer.buffer());
    }

    /** On a virtual thread. */
    void get(Let let) {
        Exchange exchange = let.exchange();
        String asked = exchange.header("Timeout-Seconds");
        if (asked != null && !isTimeout(asked)) {
            exchange.answer(400, "text/plain", Buffer.buffer("Timeout-Seconds: 1.." + LONGEST));
            return;
        }
        Duration wait = asked == null ? config.eventStreamTimeout() : Duration.ofSeconds(Integer.parseInt(asked));
        long from = from(exchange);
        Start start = start(let, from, "1".equals(exchange.header("X-Peek-Settled")));
        if (start instanceof Start.Ready ready
                && !ready.found().page().records().isEmpty()) {
            following.outbound().check(ready.session());
        }
        RealtimeStream stream = new RealtimeStream(
                exchange,
                counted(let, start),
                following,
                new RealtimeStream.Times(wait, config.realtimePing(), config.realtimeLife()),
                // What comes into being is new from its beginning.
                () -> start(let, from == LogReader.NOW ? LogReader.START : from, false),
                () -> access.recheck(exchange.request()));
        try {
            following.readers().enter(stream);
        } catch (RetryLater refused) {
            if (refused.problem() == Problem.RATE_LIMITED) {
                numbers(exchange);
            }
            throw refused;
        }
        exchange.onContext(() -> stream.begin(start, from == LogReader.NOW));
    }

    /** All of an environment that wait for sessions that are not there are counted together. */
    private static SessionId counted(Let let, Start start) {
        SessionId session = start.session();
        return session != null
                ? session
                : new SessionId(UUID.nameUUIDFromBytes(
                        ("absent from " + let.granted().scope()).getBytes(StandardCharsets.UTF_8)));
    }

    /** Of the limit that was met, where clients look for the numbers of limits. */
    private void numbers(Exchange exchange) {
        String limit = Integer.toString(config.readersPerSession());
        String later = Long.toString(following.clock().millis() + 1000);
        exchange.onContext(() -> exchange.response()
                .putHeader("x-ratelimit-limit", limit)
                .putHeader("x-ratelimit-remaining", "0")
                .putHeader("x-ratelimit-reset", later));
    }

    private static boolean isTimeout(String text) {
        return SECONDS.matcher(text).matches() && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= LONGEST;
    }

    private static long from(Exchange exchange) {
        String last = exchange.header("Last-Event-ID");
        Matcher seq = LAST_EVENT.matcher(last == null ? "" : last.strip());
        if (seq.matches()) {
            return Long.parseLong(seq.group(1)) + 1;
        }
        boolean latest = last == null && "latest".equals(exchange.header("X-Trigger-Stream-Start"));
        return latest ? LogReader.NOW : LogReader.START;
    }

    /** @throws Invalid (404) for an id that is no session's, (410) for a channel whose retention is over */
    private Start start(Let let, long from, boolean peek) {
        Optional<Known> session = sessions.find(let.granted());
        if (session.isEmpty()) {
            if (let.granted().session() instanceof SessionRef.ByExternalId) {
                return new Start.Absent(null);
            }
            throw RealtimeSessions.missing();
        }
        StreamAddress channel = StreamAddress.channel(
                let.granted().scope(), session.get().id(), let.path().channel());
        Start found = peek ? peek(channel, from) : plain(channel, channels.page(channel, from));
        if (found instanceof Start.Ready ready && ready.found().view().hidden()) {
            throw gone();
        }
        if (found instanceof Start.Absent
                && (session.get().over() || !channel.name().contains("/"))) {
            if (channel.name().contains("/")) {
                return new Start.Never(channel.owner());
            }
            throw gone();
        }
        return found;
    }

    private static Start plain(StreamAddress channel, Optional<Found> found) {
        return found.isPresent()
                ? new Start.Ready(channel.owner(), found.get(), false)
                : new Start.Absent(channel.owner());
    }

    /** What was said last, and what there is to read, have to be of one moment. */
    private Start peek(StreamAddress channel, long from) {
        for (int i = 0; i < RACES; i++) {
            Optional<LastSaid> last = await(reader.lastSaid(channel));
            Optional<Found> found = channels.page(channel, from);
            if (last.isEmpty()
                    || found.isEmpty()
                    || last.get().next() == found.get().view().next()) {
                boolean settled = last.isPresent() && isTurnComplete(last.get().headers());
                return found.isPresent()
                        ? new Start.Ready(channel.owner(), found.get(), settled)
                        : new Start.Absent(channel.owner());
            }
        }
        // Somebody writes at this moment: it has not settled.
        return plain(channel, channels.page(channel, from));
    }

    private static boolean isTurnComplete(List<RecordHeader> headers) {
        return headers.stream()
                .anyMatch(header -> text(header.name()).equals(CONTROL)
                        && text(header.value()).equals(TURN_COMPLETE));
    }

    private static String text(Buffer bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static Invalid gone() {
        return new Invalid(Problem.GONE, null, "The channel can no longer be read");
    }
}
