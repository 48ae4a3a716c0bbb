package dev.turnkeep.ingest.deadletter;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.TranscriptRecord;
import dev.turnkeep.contracts.turn.TurnReader;
import dev.turnkeep.contracts.turn.TurnRecord;
import dev.turnkeep.ingest.body.ByteBudget;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.ingest.deadletter.DeadLetters.Requeued;
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
import dev.turnkeep.platform.http.RetryLater;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.SortedSet;

/**
 * Puts dead letters back. What ingest refused is judged again, from the bytes that were posted; what the consumer refused
 * goes back to the turns topic as it was. The letter stays where it is: doing it twice is harmless, for the turn has the
 * same identity.
 */
@Singleton
public class Requeue {
    /** In one step. */
    private static final int MOST = 1000;

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
     * Returns once Kafka has what can be put back of these.
     *
     * @throws RetryLater (503) when nothing could be done at all
     */
    Requeued named(SortedSet<LetterId> ids) {
        try (PuttingBack step = new PuttingBack(this::prepared, log, budget.open())) {
            boolean all = step.ofAll(() -> letters.named(ids, step::take));
            for (LetterId id : ids) {
                if (!step.knows(id)) {
                    step.leave(id, all);
                }
            }
            return counted(step.answer(null));
        }
    }

    /**
     * Returns once Kafka has what can be put back of the next letters that match.
     *
     * @throws RetryLater (503) when nothing could be done at all
     */
    Requeued matching(LetterFilter filter, LetterId from) {
        try (PuttingBack step = new PuttingBack(this::prepared, log, budget.open())) {
            return counted(step.answer(step.next(() -> letters.matching(filter, from, MOST, step::take))));
        }
    }

    /** The record that puts a letter back, or none where it is on its topic already. */
    private PuttingBack.Prepared prepared(Letter letter, Reservation reservation) {
        RawJson value = letter.value();
        if (!letter.isOfIngest()) {
            TurnRecord turn = TurnReader.read(value.array());
            return PuttingBack.Prepared.of(
                    letter,
                    turn.id().toString(),
                    new Outgoing(topics.turns(), turn.address().encoded(), value, Map.of()));
        }
        Scope scope = letter.scope()
                .orElseThrow(() -> new Invalid(Problem.UNREADABLE_RECORD, null, "the letter names no organisation"));
        if (letter.isTranscript()) {
            TranscriptRecord transcript = TranscriptJudge.judge(value, scope, null);
            transcripts.append(transcript, reservation);
            return PuttingBack.Prepared.done(letter, transcript.id().toString());
        }
        Judgement judgement = TurnJudge.judge(value, scope, null);
        return switch (judgement) {
            case Accepted accepted -> {
                reservation.grow(accepted.value().length());
                yield PuttingBack.Prepared.of(letter, accepted.turn().id().toString(), turns.turn(accepted));
            }
            case Refused refused -> throw refused.why();
        };
    }

    private Requeued counted(Requeued answer) {
        answer.requeued().forEach(_ -> count("requeued"));
        answer.refused().forEach(fault -> count(fault.code()));
        return answer;
    }

    private void count(String outcome) {
        meters.counter("turnkeep_ingest_requeued", "outcome", outcome).increment();
    }
}
