package dev.turnkeep.session.channel.s2;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.durable.Channels;
import dev.turnkeep.session.channel.durable.Delivery;
import dev.turnkeep.session.channel.durable.Following;
import dev.turnkeep.session.channel.log.LogReader;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.log.StreamView;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** GET: one page, or a session that follows. */
@Singleton
class Reading {
    /** Clients give a session up that has been silent for 20 s. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    /** In bytes: the most that a session begins with; a single record may be larger. */
    private static final int FIRST = 64 * 1024;

    private final Channels channels;
    private final LogReader reader;
    private final Following following;
    private final ChannelsConfig config;

    Reading(Channels channels, LogReader reader, Following following, ChannelsConfig config) {
        this.channels = channels;
        this.reader = reader;
        this.following = following;
        this.config = config;
    }

    /** On a virtual thread. */
    void tail(Exchange exchange, Pass pass) {
        exchange.answer(JsonFormat.TYPE, JsonFormat.tail(Position.tail(head(pass.stream()))));
    }

    /** On a virtual thread. */
    void read(Exchange exchange, Pass pass) {
        ReadQuery query = ReadQuery.of(exchange.routing()::queryParam);
        if (exchange.names("Content-Type", Frames.TYPE)) {
            follow(exchange, pass, query, new Output.Framed());
            return;
        }
        JsonFormat format = JsonFormat.of(exchange.header(JsonFormat.HEADER));
        if (exchange.names("Accept", Output.Events.TYPE)) {
            follow(exchange, pass, query.after(exchange.header("Last-Event-ID")), new Output.Events(format));
        } else {
            page(exchange, pass, query.ofOnePage(), format);
        }
    }

    private void follow(Exchange exchange, Pass pass, ReadQuery query, Output output) {
        Found found = begun(find(pass.stream(), query));
        if (!found.page().records().isEmpty()) {
            following.outbound().check(pass.stream().owner());
        }
        ReadSession session = new ReadSession(exchange, pass, query, output, following, heartbeat(), this::again);
        Exchange.enter(following.readers(), session);
        exchange.onLoop(() -> session.begin(found));
    }

    private void page(Exchange exchange, Pass pass, ReadQuery query, JsonFormat format) {
        Found found = find(pass.stream(), query);
        boolean waits = query.follows()
                && found.page().records().isEmpty()
                && !found.page().isLast();
        LongRead read = new LongRead(
                exchange, pass, query, found, following, batch -> answer(exchange, pass, format, batch, false));
        if (!waits) {
            answer(exchange, pass, format, read.batch(found.page()), true);
            return;
        }
        Exchange.enter(following.readers(), read);
        exchange.onLoop(read::begin);
    }

    /** @param history which waits for room; what is new goes out at once */
    private void answer(Exchange exchange, Pass pass, JsonFormat format, Batch batch, boolean history) {
        boolean proto = exchange.names("Accept", Proto.TYPE);
        Buffer body = proto ? Proto.batch(batch) : format.batch(batch);
        long admitted = history && !batch.records().isEmpty() ? body.length() : 0;
        if (admitted > 0) {
            following.outbound().admit(pass.stream().owner(), admitted);
        }
        following.metrics().delivered(batch.records());
        exchange.answer(
                proto ? Proto.TYPE : JsonFormat.TYPE,
                body,
                new Delivery(
                        exchange.request(), exchange.context(), pass.stream().owner(), following, admitted));
    }

    /** Where a reader stands, whatever was trimmed before it; empty when the stream is gone. On a virtual thread. */
    private Optional<Found> again(StreamAddress stream, long place) {
        return present(stream, place).map(Reading::begun);
    }

    /** What does not fit is read again, once the reader has taken what does. */
    private static Found begun(Found found) {
        return new Found(found.view(), found.page().upTo(FIRST));
    }

    private Optional<Found> present(StreamAddress stream, long place) {
        return channels.page(stream, place).filter(found -> !found.view().hidden());
    }

    /** @throws Refused (416) for a place after the end, and for the end when nothing is waited for; (404) without a stream */
    private Found find(StreamAddress stream, ReadQuery query) {
        Found found;
        boolean beyond = false;
        switch (query.start()) {
            case ReadQuery.Start.Seq(long seq) -> {
                found = found(stream, seq);
                beyond = seq > found.view().next();
            }
            case ReadQuery.Start.Newest(long records) -> {
                long from =
                        records == 0 ? LogReader.NOW : Math.max(0, head(stream).next() - records);
                found = found(stream, from);
            }
            case ReadQuery.Start.Time(long time) -> {
                beyond = time > Position.tail(head(stream)).time();
                Optional<Long> seq =
                        beyond ? Optional.empty() : await(reader.fromTime(stream, Instant.ofEpochMilli(time)));
                found = found(stream, seq.orElse(LogReader.NOW));
            }
        }
        boolean atEnd = found.page().from() == found.view().next();
        if ((beyond && !query.clamp()) || (atEnd && !query.follows())) {
            throw new Refused(Refusal.unwritten(Position.tail(found.view())));
        }
        return found;
    }

    private StreamView head(StreamAddress stream) {
        return channels.head(stream).filter(view -> !view.hidden()).orElseThrow(Reading::missing);
    }

    private Found found(StreamAddress stream, long from) {
        Found found = present(stream, from).orElseThrow(Reading::missing);
        if (found.view().ttl() != null) {
            await(reader.touch(List.of(found.view().id())));
        }
        return found;
    }

    private static Refused missing() {
        return new Refused(Refusal.missing());
    }

    /** How long a session may be silent. */
    private Duration heartbeat() {
        return config.heartbeat().compareTo(HEARTBEAT) < 0 ? config.heartbeat() : HEARTBEAT;
    }
}
