package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.channel.log.Append;
import dev.turnkeep.session.channel.log.Creation;
import dev.turnkeep.session.channel.log.Creation.Fork;
import dev.turnkeep.session.channel.log.NewRecord;
import dev.turnkeep.session.channel.log.Offset;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.log.StreamView;
import dev.turnkeep.session.channel.log.Streams;
import jakarta.inject.Singleton;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** PUT and DELETE (protocol §5.1, §4.2). */
@Singleton
class Making {
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,14}");
    /** A hundred years: beyond it a lifetime is a mistake, and beyond ten thousand Postgres has no date. */
    private static final long LONGEST = 100L * 365 * 24 * 3600;

    private final Streams streams;
    private final Channels channels;
    private final Trimming trimming;

    Making(Streams streams, Channels channels, Trimming trimming) {
        this.streams = streams;
        this.channels = channels;
        this.trimming = trimming;
    }

    /**
     * On a virtual thread.
     *
     * @param addresses reads the path of a fork's source, as the caller may name it
     */
    void put(Call call, Function<String, StreamAddress> addresses) {
        Fork fork = fork(call, addresses);
        String type = call.header("Content-Type");
        Creation creation = new Creation(
                call.stream(),
                type == null || type.isBlank() ? null : type.strip(),
                ttl(call),
                expiry(call),
                call.says(Protocol.CLOSED),
                initial(call, type, fork),
                fork);
        if (creation.ttl() != null && creation.expiresAt() != null) {
            throw malformed("Stream-TTL and Stream-Expires-At exclude each other");
        }
        if (!call.stream().isOpen() && (creation.ttl() != null || creation.expiresAt() != null)) {
            throw malformed("a channel lives as long as its session");
        }
        call.answer(answer(create(creation), call));
    }

    private Creation.Outcome create(Creation creation) {
        try {
            return streams.create(creation);
        } catch (Streams.TooShort e) {
            return new Creation.Outcome.BadFork(false, "its source has no such place");
        }
    }

    private List<NewRecord> initial(Call call, @Nullable String type, @Nullable Fork fork) {
        if (call.body().length() == 0) {
            return List.of();
        }
        String kind = type != null ? type : "";
        if (type == null && fork != null) {
            kind = channels.head(fork.source()).map(StreamView::contentType).orElse("");
        }
        List<NewRecord> records = Writing.records(call.body(), kind, null);
        for (NewRecord one : records) {
            if (one.metered() > Append.RECORD_SIZE) {
                throw new Invalid(
                        Problem.TOO_LARGE,
                        null,
                        "a record of " + one.metered() + " metered bytes; the limit is " + Append.RECORD_SIZE);
            }
        }
        if (records.size() > Append.RECORDS) {
            throw new Invalid(
                    Problem.TOO_LARGE,
                    null,
                    records.size() + " records in one request; the limit is " + Append.RECORDS);
        }
        return records;
    }

    private static @Nullable Long ttl(Call call) {
        String text = call.header(Protocol.TTL);
        if (text == null) {
            return null;
        }
        if (!NUMBER.matcher(text).matches() || Long.parseLong(text) > LONGEST) {
            throw malformed("Stream-TTL: whole seconds, without sign or leading zero");
        }
        return Long.valueOf(text);
    }

    private static @Nullable Instant expiry(Call call) {
        String text = call.header(Protocol.EXPIRES_AT);
        if (text == null) {
            return null;
        }
        try {
            Instant expiry = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS);
            if (Math.abs(expiry.getEpochSecond()) < LONGEST * 10) {
                return expiry;
            }
        } catch (DateTimeException e) {
            // As if it were too far away.
        }
        throw malformed("Stream-Expires-At: a time as in RFC 3339");
    }

    private static @Nullable Fork fork(Call call, Function<String, StreamAddress> addresses) {
        String source = call.header(Protocol.FORKED_FROM);
        String at = call.header(Protocol.FORK_OFFSET);
        String part = call.header(Protocol.FORK_PART);
        if (source == null) {
            if (part != null || at != null) {
                throw malformed("a fork needs Stream-Forked-From");
            }
            return null;
        }
        if (part != null && !NUMBER.matcher(part).matches()) {
            throw malformed("Stream-Fork-Sub-Offset: a whole number without sign or leading zero");
        }
        Offset offset = at == null
                ? null
                : Offset.parse(at).orElseThrow(() -> malformed("Stream-Fork-Offset: an offset that was handed out"));
        return new Fork(addresses.apply(source), offset, part == null ? 0 : Long.parseLong(part));
    }

    private static Answer answer(Creation.Outcome outcome, Call call) {
        return switch (outcome) {
            case Creation.Outcome.Created created ->
                found(Answer.of(201), created.stream()).with("Location", call.location());
            case Creation.Outcome.Found found -> found(Answer.of(200), found.stream());
            case Creation.Outcome.Differs differs -> Answer.problem(Problem.CONFLICT, differs.what());
            case Creation.Outcome.Taken _ ->
                Answer.problem(Problem.CONFLICT, "the stream was deleted and its forks live on");
            case Creation.Outcome.NoSession _ -> Answer.problem(Problem.NOT_FOUND, "there is no such session");
            case Creation.Outcome.SessionOver _ -> Answer.problem(Problem.CONFLICT, "the session is closed");
            case Creation.Outcome.TooMany many ->
                Answer.problem(
                        Problem.TOO_LARGE,
                        "the session has " + many.limit() + " channels besides in and out; the limit is "
                                + many.limit());
            case Creation.Outcome.NoSource _ -> Answer.problem(Problem.NOT_FOUND, "there is no such source");
            case Creation.Outcome.SourceTaken _ -> Answer.problem(Problem.CONFLICT, "the source was deleted");
            case Creation.Outcome.BadFork bad ->
                Answer.problem(bad.conflict() ? Problem.CONFLICT : Problem.MALFORMED, bad.why());
        };
    }

    private static Answer found(Answer answer, StreamView stream) {
        return Writing.at(answer, stream.end()).with("Content-Type", stream.contentType());
    }

    /** On a virtual thread. Channels go with their session only; what they hold can be trimmed. */
    void delete(Call call) {
        List<String> before = call.query("before");
        if (!before.isEmpty()) {
            call.answer(trimming.trim(call.stream(), before));
            return;
        }
        if (!call.stream().isOpen()) {
            call.answer(Answer.problem(Problem.METHOD_NOT_ALLOWED, "a channel goes with its session")
                    .with("Allow", "GET, HEAD, PUT, POST, OPTIONS"));
            return;
        }
        call.answer(
                switch (streams.delete(call.stream())) {
                    case DELETED -> Answer.of(204);
                    case MISSING -> Answer.problem(Problem.NOT_FOUND, "there is no such stream");
                    case GONE -> Answer.problem(Problem.GONE, "the stream was deleted");
                });
    }

    private static Invalid malformed(String detail) {
        return new Invalid(Problem.MALFORMED, null, detail);
    }
}
