package dev.turnkeep.ingest.deadletter;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.DeadLetter;
import dev.turnkeep.contracts.turn.TranscriptRecord;
import dev.turnkeep.contracts.turn.TurnReader;
import dev.turnkeep.contracts.turn.TurnRecord;
import dev.turnkeep.ingest.body.ByteBudget;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.ingest.kafka.IngestTopics;
import dev.turnkeep.ingest.kafka.Outgoing;
import dev.turnkeep.ingest.kafka.RecordLog;
import dev.turnkeep.ingest.transcript.TranscriptIntake;
import dev.turnkeep.ingest.transcript.TranscriptJudge;
import dev.turnkeep.ingest.turn.Intake;
import dev.turnkeep.ingest.turn.Judgement;
import dev.turnkeep.ingest.turn.Judgement.Accepted;
import dev.turnkeep.ingest.turn.Judgement.Refused;
import dev.turnkeep.ingest.turn.TurnJudge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/**
 * Puts dead letters back. What ingest refused is judged again, from the bytes that were posted; what the consumer refused
 * goes back to the turns topic as it was. The letter stays where it is: doing it twice is harmless, for the turn has the
 * same identity.
 */
@Singleton
public class Requeue {
    private final DeadLetterLog letters;
    private final RecordLog log;
    private final IngestTopics topics;
    private final Intake turns;
    private final TranscriptIntake transcripts;
    private final ByteBudget budget;
    private final MeterRegistry meters;

    Requeue(
            DeadLetterLog letters,
            RecordLog log,
            IngestTopics topics,
            Intake turns,
            TranscriptIntake transcripts,
            ByteBudget budget,
            MeterRegistry meters) {
        this.letters = letters;
        this.log = log;
        this.topics = topics;
        this.turns = turns;
        this.transcripts = transcripts;
        this.budget = budget;
        this.meters = meters;
    }

    /**
     * Returns once Kafka has the turn or transcript again.
     *
     * @return its id
     * @throws Invalid for a letter that is not there, or would be refused again
     */
    String requeue(LetterId id) {
        try (Reservation reservation = budget.open()) {
            Letter letter = letters.find(id)
                    .orElseThrow(() -> new Invalid(Problem.NOT_FOUND, null, "there is no such dead letter"));
            reservation.grow(letter.value().length());
            String back = put(letter, reservation);
            count("requeued");
            return back;
        } catch (Invalid e) {
            count(e.problem().code());
            throw e;
        }
    }

    private String put(Letter letter, Reservation reservation) {
        RawJson value = letter.value();
        if (!letter.isOfIngest()) {
            TurnRecord turn = TurnReader.read(value.array());
            append(new Outgoing(topics.turns(), turn.address().encoded(), value, Map.of()), letter);
            return turn.id().toString();
        }
        Scope scope = letter.scope()
                .orElseThrow(() -> new Invalid(Problem.UNREADABLE_RECORD, null, "the letter names no organisation"));
        if (letter.isTranscript()) {
            TranscriptRecord transcript = TranscriptJudge.judge(value, scope, null);
            transcripts.append(transcript, reservation);
            return transcript.id().toString();
        }
        Judgement judgement = TurnJudge.judge(value, scope, null);
        return switch (judgement) {
            case Accepted accepted -> {
                reservation.grow(accepted.value().length());
                append(turns.turn(accepted), letter);
                yield accepted.turn().id().toString();
            }
            case Refused refused -> throw refused.why();
        };
    }

    /** With the time at which it came first: what has been erased since then stays erased. */
    private void append(Outgoing turn, Letter letter) {
        String came = letter.header(DeadLetter.APPEND_TIME);
        log.append(List.of(came == null ? turn : turn.with(DeadLetter.APPEND_TIME, came)));
    }

    private void count(String outcome) {
        meters.counter("turnkeep_ingest_requeued", "outcome", outcome).increment();
    }
}
