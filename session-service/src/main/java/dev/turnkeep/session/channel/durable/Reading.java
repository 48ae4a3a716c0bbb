package dev.turnkeep.session.channel.durable;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.log.ContentTypes;
import dev.turnkeep.session.channel.log.LogReader;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.Offset;
import dev.turnkeep.session.channel.log.Page;
import dev.turnkeep.session.channel.log.StreamView;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** GET and HEAD (protocol §5.5 to §5.8, §8). */
@Singleton
class Reading {
    private static final String BEGINNING = "-1";
    private static final String END = "now";
    /** An answer without records: nothing, or an empty array. */
    private static final int EMPTY = 2;

    private static final String KEEP = "max-age=60, stale-while-revalidate=300";

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

    private enum Mode {
        CATCH_UP,
        LONG_POLL,
        EVENTS
    }

    /** On a virtual thread. */
    void head(Call call) {
        StreamView stream = live(channels.head(call.stream()));
        Answer answer = Answer.of(200)
                .with("Content-Type", stream.contentType())
                .with(Protocol.NEXT_OFFSET, stream.end().offset().toString())
                .with("Cache-Control", "no-store")
                .withIf(stream.closed(), Protocol.CLOSED, Protocol.TRUE);
        if (stream.ttl() != null) {
            answer.with(Protocol.TTL, stream.ttl().toString());
        }
        if (stream.expiresAt() != null) {
            answer.with(Protocol.EXPIRES_AT, stream.expiresAt().toString());
        }
        call.answer(answer);
    }

    /** On a virtual thread. */
    void get(Call call) {
        List<String> offsets = call.query("offset");
        Mode mode = mode(call);
        if (offsets.size() > 1 || (offsets.isEmpty() && mode != Mode.CATCH_UP)) {
            throw malformed("exactly one offset is required");
        }
        String asked = offsets.isEmpty() ? BEGINNING : offsets.getFirst();
        Optional<Offset> offset = Offset.parse(asked);
        if (offset.isEmpty() && !asked.equals(BEGINNING) && !asked.equals(END)) {
            throw malformed("offset: -1, now, or one that was handed out");
        }
        long from = asked.equals(END) ? LogReader.NOW : offset.map(Offset::seq).orElse(LogReader.START);
        Found found = look(call, from);
        live(Optional.of(found.view()));
        offset.ifPresent(place -> checkKept(place, found.view()));
        if (found.view().ttl() != null) {
            await(reader.touch(List.of(found.view().id())));
        }
        switch (mode) {
            case CATCH_UP -> catchUp(call, found, asked);
            case LONG_POLL -> longPoll(call, found, asked);
            case EVENTS -> events(call, found);
        }
    }

    /** While there is no room for what it would find, it is not fetched. */
    private Found look(Call call, long from) {
        SessionId session = call.stream().owner();
        if (from != LogReader.NOW && following.outbound().isFull(session)) {
            StreamView stream = live(channels.head(call.stream()));
            if (Math.max(from, stream.first()) < stream.next()) {
                following.outbound().check(session);
            }
        }
        return channels.page(call.stream(), from).orElseThrow(Reading::missing);
    }

    private void catchUp(Call call, Found found, String asked) {
        if (asked.equals(END)) {
            call.answer(end(found));
        } else {
            history(call, page(call, found, asked));
        }
    }

    /** What is on its way to a reader counts as long as it is. History waits for room. */
    private void history(Call call, Answer answer) {
        int bytes = answer.body().length();
        if (bytes <= EMPTY) {
            call.answer(answer);
        } else {
            following.outbound().admit(call.stream().owner(), bytes);
            call.answer(answer, new Delivery(call, following, bytes));
        }
    }

    /** What is new counts as well, and goes out at once. */
    private void news(Call call, Answer answer) {
        call.answer(answer, new Delivery(call, following, 0));
    }

    private static Mode mode(Call call) {
        List<String> live = call.query("live");
        if (live.isEmpty()) {
            return Mode.CATCH_UP;
        }
        return switch (live.getFirst()) {
            case "long-poll" -> Mode.LONG_POLL;
            case "sse" -> Mode.EVENTS;
            default -> throw malformed("live: long-poll or sse");
        };
    }

    private static StreamView live(Optional<StreamView> found) {
        StreamView stream = found.orElseThrow(Reading::missing);
        if (stream.hidden()) {
            throw new Invalid(Problem.GONE, null, "the stream was deleted");
        }
        return stream;
    }

    /** An offset of an earlier use of the address, or of what is trimmed, is never answered with something else. */
    private static void checkKept(Offset place, StreamView stream) {
        if (place.incarnation() > stream.incarnation()) {
            throw malformed("offset: not one of this stream");
        }
        if (place.incarnation() < stream.incarnation()
                || (place.incarnation() == stream.incarnation() && place.seq() < stream.first())) {
            throw new Invalid(Problem.GONE, null, "what stood there is gone; -1 reads what is left");
        }
    }

    private static Answer end(Found found) {
        boolean json = ContentTypes.isJson(found.view().contentType());
        return Writing.at(
                        Answer.of(200, Buffer.buffer(json ? "[]" : "")),
                        found.page().end())
                .with("Content-Type", found.view().contentType())
                .with(Protocol.UP_TO_DATE, Protocol.TRUE)
                .with("Cache-Control", "no-store");
    }

    private Answer page(Call call, Found found, String asked) {
        Page page = found.page();
        String tag = "\"" + Long.toHexString(page.end().id()) + "-" + asked + "-" + page.offset()
                + (page.isLast() ? "-c\"" : "\"");
        // A page that ends at the tail may say more a moment later.
        String keep = page.atTail() && !page.isLast() ? "no-cache" : KEEP;
        if (matches(call.header("If-None-Match"), tag)) {
            return Answer.of(304).with("ETag", tag).with("Cache-Control", shared(call, keep));
        }
        return records(found.view(), page).with("ETag", tag).with("Cache-Control", shared(call, keep));
    }

    private Answer records(StreamView stream, Page page) {
        following.metrics().delivered(page.data());
        return Answer.of(200, Payload.of(page.data(), ContentTypes.isJson(stream.contentType())))
                .with("Content-Type", stream.contentType())
                .with(Protocol.NEXT_OFFSET, page.offset().toString())
                .withIf(page.atTail(), Protocol.UP_TO_DATE, Protocol.TRUE)
                .withIf(page.isLast(), Protocol.CLOSED, Protocol.TRUE);
    }

    private static String shared(Call call, String keep) {
        return (call.stream().isOpen() ? "public, " : "private, ") + keep;
    }

    private static boolean matches(@Nullable String header, String tag) {
        return header != null
                && Arrays.stream(header.split(","))
                        .map(String::strip)
                        .anyMatch(one -> one.equals(tag) || one.equals("W/" + tag) || one.equals("*"));
    }

    private void longPoll(Call call, Found found, String asked) {
        Page first = found.page();
        if (!first.data().isEmpty()) {
            history(call, page(call, found, asked).with(Protocol.CURSOR, cursor(call)));
            return;
        }
        if (first.isLast()) {
            call.answer(nothing(call, first));
            return;
        }
        LongPoll poll = new LongPoll(
                call,
                found,
                following,
                config,
                page -> news(call, arrived(call, found.view(), page)),
                page -> nothing(call, page));
        following.readers().enter(poll);
        call.context().runOnContext(_ -> poll.begin());
    }

    private Answer arrived(Call call, StreamView stream, Page page) {
        return page.data().isEmpty()
                ? nothing(call, page)
                : records(stream, page).with(Protocol.CURSOR, cursor(call)).with("Cache-Control", shared(call, KEEP));
    }

    private Answer nothing(Call call, Page page) {
        return Answer.of(204)
                .with(Protocol.NEXT_OFFSET, page.offset().toString())
                .with(Protocol.UP_TO_DATE, Protocol.TRUE)
                .with(Protocol.CURSOR, cursor(call))
                .with("Cache-Control", "no-store")
                .withIf(page.isLast(), Protocol.CLOSED, Protocol.TRUE);
    }

    private void events(Call call, Found found) {
        if (!found.page().data().isEmpty()) {
            following.outbound().check(call.stream().owner());
        }
        // What does not fit is read again, once the reader has taken what does.
        Found begin = new Found(found.view(), found.page().upTo(EventStream.PAGE));
        EventStream events = new EventStream(call, begin, following, config, lastCursor(call));
        following.readers().enter(events);
        call.context().runOnContext(_ -> events.begin(begin.page()));
    }

    private String cursor(Call call) {
        return Protocol.cursor(lastCursor(call), following.clock().instant());
    }

    private static @Nullable String lastCursor(Call call) {
        List<String> cursors = call.query("cursor");
        return cursors.isEmpty() ? null : cursors.getFirst();
    }

    private static Invalid missing() {
        return new Invalid(Problem.NOT_FOUND, null, "there is no such stream");
    }

    private static Invalid malformed(String detail) {
        return new Invalid(Problem.MALFORMED, null, detail);
    }
}
