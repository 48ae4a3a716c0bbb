package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.problem.Excess;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.channel.Provenance;
import dev.turnkeep.session.channel.log.Append;
import dev.turnkeep.session.channel.log.AppendOutcome;
import dev.turnkeep.session.channel.log.Appender;
import dev.turnkeep.session.channel.log.ContentTypes;
import dev.turnkeep.session.channel.log.Kind;
import dev.turnkeep.session.channel.log.NewRecord;
import dev.turnkeep.session.channel.log.Offset;
import dev.turnkeep.session.channel.log.ProducerStamp;
import dev.turnkeep.session.channel.log.StreamEnd;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** POST: appends, closes, or both (protocol §5.2 to §5.4). */
@Singleton
class Writing {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,16}");
    private static final long LARGEST = (1L << 53) - 1;

    private final Appender appender;
    private final Channels channels;
    private final Trimming trimming;

    Writing(Appender appender, Channels channels, Trimming trimming) {
        this.trimming = trimming;
        this.appender = appender;
        this.channels = channels;
    }

    /** Returns at once; whoever commits the append has it answered. */
    void post(Call call) {
        Append append = append(call);
        var unused = appender.append(append)
                .whenComplete((outcome, failure) -> call.context().runOnContext(_ -> {
                    if (failure != null) {
                        call.fail(failure);
                    } else if (outcome instanceof AppendOutcome.Missing || outcome instanceof AppendOutcome.Full) {
                        Thread.ofVirtual().name("channel").start(() -> again(call, append, outcome));
                    } else {
                        call.answer(answer(outcome, append));
                    }
                }));
    }

    /** On a virtual thread: makes what is missing, the stream or room in it. */
    private void again(Call call, Append append, AppendOutcome first) {
        try {
            AppendOutcome outcome = first;
            if (first instanceof AppendOutcome.Full full) {
                outcome = trimming.isAutomatic()
                        ? trimming.makeRoomFor(append)
                        : trimming.makeRoomBehindAgent(append, full);
            } else if (channels.make(call.stream())) {
                outcome = appender.append(append).join();
            }
            call.answer(answer(outcome, append));
        } catch (RuntimeException e) {
            call.fail(e);
        }
    }

    private static Append append(Call call) {
        boolean close = call.says(Protocol.CLOSED);
        ProducerStamp producer = producer(call);
        String type = call.header("Content-Type");
        List<NewRecord> records = List.of();
        if (call.body().length() > 0) {
            if (type == null || type.isBlank()) {
                throw malformed("Content-Type is required");
            }
            records = records(call.body(), type, call.header(Protocol.PART_ID));
            if (records.isEmpty()) {
                throw malformed("an empty array appends nothing");
            }
            if (call.isGuest()) {
                records = records.stream()
                        .map(record -> record.with(Provenance.checked(call.stream(), record.body())))
                        .toList();
            }
        } else if (!close) {
            throw malformed("an empty body appends nothing");
        }
        return new Append(
                        call.stream(),
                        records.isEmpty() ? null : type,
                        records,
                        close,
                        producer,
                        call.header(Protocol.SEQ),
                        null,
                        null)
                .byGuest(call.isGuest());
    }

    /** A body as the records that it is stored as. */
    static List<NewRecord> records(Buffer body, String type, @Nullable String partId) {
        List<Buffer> bodies = ContentTypes.isJson(type) ? JsonMessages.of(body) : List.of(body);
        List<NewRecord> records = new ArrayList<>(bodies.size());
        for (Buffer one : bodies) {
            String part = partId == null ? null : NewRecord.part(partId, records.size());
            records.add(new NewRecord(Kind.RAW, one, List.of(), part));
        }
        return records;
    }

    private static @Nullable ProducerStamp producer(Call call) {
        String id = call.header(Protocol.PRODUCER_ID);
        String epoch = call.header(Protocol.PRODUCER_EPOCH);
        String seq = call.header(Protocol.PRODUCER_SEQ);
        if (id == null && epoch == null && seq == null) {
            return null;
        }
        if (id == null || epoch == null || seq == null || id.isEmpty()) {
            throw malformed("Producer-Id, Producer-Epoch and Producer-Seq belong together");
        }
        return new ProducerStamp(id, number(Protocol.PRODUCER_EPOCH, epoch), number(Protocol.PRODUCER_SEQ, seq));
    }

    private static long number(String name, String text) {
        if (!NUMBER.matcher(text).matches() || Long.parseLong(text) > LARGEST) {
            throw malformed(name + ": a whole number from 0 to 2^53-1");
        }
        return Long.parseLong(text);
    }

    private static Answer answer(AppendOutcome outcome, Append append) {
        return outcome instanceof AppendOutcome.Appended appended ? appended(appended, append) : refusal(outcome);
    }

    static Answer refusal(AppendOutcome outcome) {
        return switch (outcome) {
            case AppendOutcome.Appended appended -> at(Answer.of(204), appended.end());
            case AppendOutcome.Repeated repeated ->
                at(Answer.of(204), repeated.end())
                        .with(
                                Protocol.PRODUCER_EPOCH,
                                Long.toString(repeated.producer().epoch()))
                        .with(
                                Protocol.PRODUCER_SEQ,
                                Long.toString(repeated.producer().seq()));
            case AppendOutcome.Missing _ -> Answer.problem(Problem.NOT_FOUND, "there is no such stream");
            case AppendOutcome.Hidden _ -> Answer.problem(Problem.GONE, "the stream was deleted");
            case AppendOutcome.Closed closed ->
                at(Answer.problem(Problem.CONFLICT, "the stream is closed"), closed.end());
            case AppendOutcome.OtherType other ->
                Answer.problem(Problem.CONFLICT, "the stream's content type is " + other.contentType());
            case AppendOutcome.StaleEpoch stale ->
                Answer.problem(Problem.FORBIDDEN, "the producer has a newer epoch")
                        .with(Protocol.PRODUCER_EPOCH, Long.toString(stale.epoch()));
            case AppendOutcome.LateStart _ -> Answer.problem(Problem.MALFORMED, "a new epoch starts at sequence 0");
            case AppendOutcome.Gap gap ->
                Answer.problem(Problem.CONFLICT, "the producer's sequence has a gap")
                        .with(Protocol.EXPECTED_SEQ, Long.toString(gap.expected()))
                        .with(Protocol.RECEIVED_SEQ, Long.toString(gap.received()));
            case AppendOutcome.Regression _ -> Answer.problem(Problem.CONFLICT, "Stream-Seq did not increase");
            case AppendOutcome.OtherSeq other ->
                Answer.problem(Problem.CONFLICT, "the next record is number " + other.next());
            case AppendOutcome.OtherFence _ -> Answer.problem(Problem.CONFLICT, "the stream has another fencing token");
            case AppendOutcome.Full full ->
                Answer.problem(
                                Problem.TOO_LARGE,
                                "the stream is full: it holds " + full.held() + " bytes, and the limit is "
                                        + full.limit() + "; DELETE with ?before= and an offset makes room")
                        .exceeding(new Excess(full.held(), full.limit()));
            case AppendOutcome.TooManyProducers many ->
                // Not 429: clients would try again for ever.
                Answer.problem(Problem.TOO_LARGE, "the stream has " + many.limit() + " producers, which is the limit");
        };
    }

    private static Answer appended(AppendOutcome.Appended appended, Append append) {
        ProducerStamp producer = appended.producer();
        boolean stored = !append.records().isEmpty();
        Answer answer = at(Answer.of(producer != null && stored ? 200 : 204), appended.end());
        if (producer != null) {
            answer.with(Protocol.PRODUCER_EPOCH, Long.toString(producer.epoch()))
                    .with(Protocol.PRODUCER_SEQ, Long.toString(producer.seq()));
        }
        if (stored && append.records().getFirst().partId() != null) {
            // Where its own records end, the first time and every time after.
            long last = appended.seqs().getLast();
            answer.with(Protocol.NEXT_OFFSET, new Offset(appended.end().incarnation(), last + 1).toString());
        }
        return answer;
    }

    static Answer at(Answer answer, StreamEnd end) {
        return answer.with(Protocol.NEXT_OFFSET, end.offset().toString())
                .withIf(end.closed(), Protocol.CLOSED, Protocol.TRUE);
    }

    private static Invalid malformed(String detail) {
        return new Invalid(Problem.MALFORMED, null, detail);
    }
}
