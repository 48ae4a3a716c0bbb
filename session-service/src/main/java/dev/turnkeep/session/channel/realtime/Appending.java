package dev.turnkeep.session.channel.realtime;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.channel.Provenance;
import dev.turnkeep.session.channel.durable.Trimming;
import dev.turnkeep.session.channel.log.Append;
import dev.turnkeep.session.channel.log.AppendOutcome;
import dev.turnkeep.session.channel.log.Appender;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.realtime.Exchange.Let;
import dev.turnkeep.session.channel.realtime.RealtimeSessions.Known;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * POST .../append: one record, whose text is the body. A part is stored once for as long as its record lives, and is
 * answered with its seq each time, even when the session was closed after it.
 */
@Singleton
class Appending {
    static final String PART_ID = "X-Part-Id";
    /** Our own: the seq that the record has to get. */
    static final String MATCH_SEQ = "X-Match-Seq";

    private static final Pattern SEQ = Pattern.compile("[0-9]{1,18}");

    private final RealtimeSessions sessions;
    private final RealtimeChannels channels;
    private final Appender appender;
    private final Trimming trimming;

    Appending(RealtimeSessions sessions, RealtimeChannels channels, Appender appender, Trimming trimming) {
        this.sessions = sessions;
        this.channels = channels;
        this.appender = appender;
        this.trimming = trimming;
    }

    /** On a virtual thread. */
    void post(Let let, Buffer body) {
        Known session = sessions.get(let.granted());
        if (session.expired() && !session.over()) {
            throw new Invalid(Problem.MALFORMED, null, "Cannot append to an expired session");
        }
        StreamAddress channel = StreamAddress.channel(
                let.granted().scope(), session.id(), let.path().channel());
        String part = let.exchange().header(PART_ID);
        Buffer text = Provenance.checked(channel, body);
        Append append = append(
                channel,
                text,
                part == null ? UUID.randomUUID().toString() : part,
                let.exchange().header(MATCH_SEQ));
        answer(let.exchange(), outcome(append));
    }

    private static Append append(StreamAddress to, Buffer text, String part, @Nullable String match) {
        if (match != null && !SEQ.matcher(match).matches()) {
            throw new Invalid(Problem.MALFORMED, null, MATCH_SEQ + ": a whole number");
        }
        return new Append(
                to,
                null,
                List.of(Envelope.of(text, part)),
                false,
                null,
                null,
                match == null ? null : Long.valueOf(match),
                null);
    }

    private AppendOutcome outcome(Append append) {
        AppendOutcome outcome = appender.append(append).join();
        if (outcome instanceof AppendOutcome.Missing) {
            channels.make(append.to());
            outcome = appender.append(append).join();
        }
        if (outcome instanceof AppendOutcome.Full full) {
            return trimming.isAutomatic() ? trimming.makeRoomFor(append) : trimming.makeRoomBehindAgent(append, full);
        }
        return outcome;
    }

    private static void answer(Exchange exchange, AppendOutcome outcome) {
        switch (outcome) {
            case AppendOutcome.Appended appended ->
                exchange.json(200, Map.of("ok", true, "seq", appended.seqs().getFirst()));
            case AppendOutcome.Closed _ ->
                throw new Invalid(Problem.MALFORMED, null, "Cannot append to a closed session");
            case AppendOutcome.Missing _ -> throw RealtimeSessions.missing();
            case AppendOutcome.Hidden _ -> throw new Invalid(Problem.GONE, null, "The channel was deleted");
            case AppendOutcome.Full full ->
                throw Invalid.tooLarge(
                        "The channel is full: it holds " + full.held() + " bytes, and the limit is " + full.limit(),
                        full.held(),
                        full.limit());
            case AppendOutcome.OtherSeq other -> {
                Map<String, Object> body = new LinkedHashMap<>();
                body.put("ok", false);
                body.put("error", "The next record is number " + other.next());
                body.put("next", other.next());
                exchange.onContext(() -> exchange.response().putHeader("x-should-retry", "false"));
                exchange.json(409, body);
            }
            case AppendOutcome.Repeated _,
                    AppendOutcome.OtherType _,
                    AppendOutcome.StaleEpoch _,
                    AppendOutcome.LateStart _,
                    AppendOutcome.Gap _,
                    AppendOutcome.Regression _,
                    AppendOutcome.OtherFence _,
                    AppendOutcome.TooManyProducers _ ->
                throw new IllegalStateException("an outcome of what was not asked for");
        }
    }
}
