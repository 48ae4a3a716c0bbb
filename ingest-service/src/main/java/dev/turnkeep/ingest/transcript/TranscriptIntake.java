package dev.turnkeep.ingest.transcript;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.DeadLetter;
import dev.turnkeep.contracts.turn.Topics;
import dev.turnkeep.contracts.turn.TranscriptRecord;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.ingest.kafka.IngestTopics;
import dev.turnkeep.ingest.kafka.Outgoing;
import dev.turnkeep.ingest.kafka.RecordLog;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes transcripts durable: judged, and then on their topic, or kept as a dead letter, before they are answered. */
@Singleton
public class TranscriptIntake {
    private static final String STAGE = "ingest";
    private static final int UNPROCESSABLE = 422;
    /** What the key, the headers and the batch around a value may take of the topic's limit. */
    private static final int AROUND_THE_VALUE = 64 * 1024;

    private final RecordLog log;
    private final IngestTopics topics;
    private final Clock clock;
    private final MeterRegistry meters;

    TranscriptIntake(RecordLog log, IngestTopics topics, Clock clock, MeterRegistry meters) {
        this.log = log;
        this.topics = topics;
        this.clock = clock;
        this.meters = meters;
    }

    /**
     * Returns once Kafka has the transcript.
     *
     * @param reservation grows by what is sent
     * @throws Invalid for one that is refused; what is unprocessable is then on the dead-letter topic
     */
    public TranscriptRecord keep(RawJson body, Scope scope, @Nullable String traceparent, Reservation reservation) {
        try {
            TranscriptRecord transcript = TranscriptJudge.judge(body, scope, traceparent);
            append(transcript, reservation);
            count("accepted");
            return transcript;
        } catch (Invalid e) {
            if (e.problem().status() == UNPROCESSABLE) {
                reservation.grow(body.length());
                log.append(List.of(deadLetter(body, scope, e)));
            }
            count(e.problem().code());
            throw e;
        }
    }

    /** Puts it on its topic. */
    public void append(TranscriptRecord transcript, Reservation reservation) {
        reservation.grow(transcript.records().length());
        byte[] value = transcript.toJson();
        if (value.length > Topics.LARGEST_RECORD - AROUND_THE_VALUE) {
            throw new Invalid(Problem.TOO_LARGE, null, "the transcript exceeds the topic's limit");
        }
        String traceparent = transcript.traceparent();
        Map<String, byte[]> headers =
                traceparent == null ? Map.of() : Map.of("traceparent", traceparent.getBytes(StandardCharsets.UTF_8));
        RawJson json = RawJson.of(value, 0, value.length);
        log.append(
                List.of(new Outgoing(topics.transcripts(), transcript.address().encoded(), json, headers)));
    }

    private Outgoing deadLetter(RawJson body, Scope scope, Invalid why) {
        DeadLetter letter = new DeadLetter(
                scope, STAGE, why.problem(), why.detail(), clock.instant(), null, DeadLetter.Kind.TRANSCRIPT);
        return new Outgoing(topics.deadLetters(), null, body, letter.headers());
    }

    private void count(String outcome) {
        meters.counter("turnkeep_ingest_transcripts", "outcome", outcome).increment();
    }
}
