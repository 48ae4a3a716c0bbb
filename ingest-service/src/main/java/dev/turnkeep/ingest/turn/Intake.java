package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.turn.DeadLetter;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.ingest.kafka.IngestTopics;
import dev.turnkeep.ingest.kafka.Outgoing;
import dev.turnkeep.ingest.kafka.RecordLog;
import dev.turnkeep.ingest.turn.Judgement.Accepted;
import dev.turnkeep.ingest.turn.Judgement.Refused;
import dev.turnkeep.platform.http.RetryLater;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes judgements durable: accepted turns go to the turns topic, unprocessable ones to the dead-letter topic, and only
 * then may either be answered.
 */
@Singleton
public class Intake {
    private static final String STAGE = "ingest";

    private final RecordLog log;
    private final IngestTopics topics;
    private final TurnMetrics metrics;
    private final Clock clock;

    Intake(RecordLog log, IngestTopics topics, TurnMetrics metrics, Clock clock) {
        this.log = log;
        this.topics = topics;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Returns once Kafka has all that has to be kept of one request.
     *
     * @param reservation grows by what is sent
     * @throws RetryLater (503) when Kafka does not confirm, or there is no room for the records
     */
    public void keep(List<Judgement> judgements, Scope scope, Reservation reservation) {
        try {
            List<Outgoing> records =
                    judgements.stream().flatMap(each -> record(each, scope)).toList();
            reservation.grow(
                    records.stream().mapToLong(each -> each.value().length()).sum());
            log.append(records);
        } catch (RetryLater e) {
            judgements.forEach(
                    each -> metrics.count(each.provider(), e.problem().code()));
            throw e;
        }
        judgements.forEach(metrics::count);
    }

    private Stream<Outgoing> record(Judgement judgement, Scope scope) {
        return switch (judgement) {
            case Accepted accepted -> Stream.of(turn(accepted));
            case Refused refused -> refused.isDeadLetter() ? Stream.of(deadLetter(refused, scope)) : Stream.empty();
        };
    }

    /** The record of a turn. */
    public Outgoing turn(Accepted accepted) {
        String traceparent = accepted.turn().traceparent();
        return new Outgoing(topics.turns(), accepted.turn().address().encoded(), accepted.value(), traced(traceparent));
    }

    private static Map<String, byte[]> traced(@Nullable String traceparent) {
        return traceparent == null ? Map.of() : Map.of("traceparent", traceparent.getBytes(StandardCharsets.UTF_8));
    }

    private Outgoing deadLetter(Refused refused, Scope scope) {
        DeadLetter letter = new DeadLetter(
                scope, STAGE, refused.why().problem(), refused.why().detail(), clock.instant(), null);
        return new Outgoing(topics.deadLetters(), refused.key(), refused.original(), letter.headers());
    }
}
