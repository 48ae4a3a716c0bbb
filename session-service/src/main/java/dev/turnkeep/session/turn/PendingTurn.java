package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.derive.Derivation;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.lifecycle.Labels;
import dev.turnkeep.contracts.lifecycle.Metadata;
import dev.turnkeep.contracts.lifecycle.Totals;
import dev.turnkeep.contracts.lifecycle.TurnFacts;
import dev.turnkeep.contracts.lifecycle.TurnTimes;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.PayloadDigest;
import dev.turnkeep.contracts.turn.SessionBlock;
import dev.turnkeep.contracts.turn.TurnReader;
import dev.turnkeep.contracts.turn.TurnRecord;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * A turn as read from the topic, with what the consumer resolves of it: its times and its digests.
 *
 * @param source the record it was read from; a dead letter carries its bytes
 */
record PendingTurn(
        TurnRecord turn, TurnTimes times, byte[] payloadDigest, Blobs blobs, ConsumerRecord<byte[], byte[]> source) {

    /** The topic does not stamp its records with their append time, so nobody can say when a turn was received. */
    static final class NotStamped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotStamped() {
            super("the turns topic must have message.timestamp.type=LogAppendTime");
        }
    }

    /** Refuses what is not a turn with an {@link Invalid}. */
    static PendingTurn read(ConsumerRecord<byte[], byte[]> source) {
        if (source.timestampType() != TimestampType.LOG_APPEND_TIME) {
            throw new NotStamped();
        }
        if (source.value() == null) {
            throw new Invalid(Problem.UNREADABLE_RECORD, null, "the record has no value");
        }
        TurnRecord turn = TurnReader.read(source.value());
        Instant own = AppendTimes.own(source);
        Instant first = AppendTimes.first(source);
        // What was put back happened when it first came, where its caller does not say when.
        boolean putBack = turn.callersTime() == null && first.isBefore(own);
        TurnTimes times = TurnTimes.resolve(putBack ? first : turn.callersTime(), own);
        return new PendingTurn(turn, times, PayloadDigest.of(turn), Blobs.of(turn), source);
    }

    TurnId id() {
        return turn.id();
    }

    /** Its times when it came first: of a dead letter that was put back, those of the original. */
    TurnTimes firstTimes() {
        return TurnTimes.resolve(turn.callersTime(), AppendTimes.first(source));
    }

    Scope scope() {
        return turn.address().scope();
    }

    /** @param cost in 10⁻⁹ dollars; null when nobody knows it */
    TurnFacts facts(@Nullable Long cost) {
        SessionBlock session = turn.session();
        Labels labels = new Labels(
                session.subject(),
                session.name(),
                session.cwd(),
                session.harnessVersion(),
                session.harnessMetadata() == null
                        ? Metadata.EMPTY
                        : session.harnessMetadata().toString());
        TurnFacts.Parent parent = session.parentHarnessSession() == null
                ? null
                : new TurnFacts.Parent(session.parentHarness(), session.parentHarnessSession());
        return new TurnFacts(
                turn.id(),
                turn.address(),
                turn.synthetic(),
                times,
                labels,
                parent,
                totals(cost),
                Derivation.of(turn),
                source.partition());
    }

    private Totals totals(@Nullable Long cost) {
        return Totals.ofTurn(
                turn.usage().inputTokens(),
                turn.usage().outputTokens(),
                turn.usage().cacheReadTokens(),
                turn.usage().cacheWriteTokens(),
                turn.usage().reasoningTokens(),
                turn.toolCalls(),
                turn.toolErrors(),
                cost);
    }
}
