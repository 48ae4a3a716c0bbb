package dev.turnkeep.ingest.deadletter;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.DeadLetter;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.ingest.deadletter.DeadLetters.Back;
import dev.turnkeep.ingest.deadletter.DeadLetters.Fault;
import dev.turnkeep.ingest.deadletter.DeadLetters.Requeued;
import dev.turnkeep.ingest.kafka.Outgoing;
import dev.turnkeep.ingest.kafka.RecordLog;
import dev.turnkeep.platform.http.RetryLater;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One step of putting letters back: they come in the order of their topic, are sent a few at a time, and what became of each
 * is known when Kafka has confirmed it. When Kafka or memory fails, what was done before is told all the same. Single use.
 */
final class PuttingBack implements AutoCloseable {
    private static final int TOGETHER = 200;
    private static final long TOGETHER_BYTES = 8L * 1024 * 1024;

    private final Preparation preparation;
    private final RecordLog log;
    private final Reservation reservation;
    private final List<Prepared> waiting = new ArrayList<>();
    private final Set<LetterId> known = new HashSet<>();
    private final List<Back> back = new ArrayList<>();
    private final List<Fault> refused = new ArrayList<>();
    private long bytes;
    private @Nullable RetryLater failure;
    private @Nullable LetterId failedAt;
    private @Nullable LetterId last;

    /** @param reservation of this step alone: it is given back whenever letters were sent */
    PuttingBack(Preparation preparation, RecordLog log, Reservation reservation) {
        this.preparation = preparation;
        this.log = log;
        this.reservation = reservation;
    }

    interface Preparation {
        /**
         * @throws Invalid for a letter that would be refused again
         * @throws RetryLater when it cannot be told now
         */
        Prepared of(Letter letter, Reservation reservation);
    }

    /**
     * A letter that can be put back.
     *
     * @param record null where it is on its topic already
     */
    record Prepared(LetterId id, String turnId, @Nullable Outgoing record) {
        /** With the time at which it came first, so that what was erased since then stays erased; and with its origin. */
        static Prepared of(Letter letter, String turn, Outgoing record) {
            return new Prepared(
                    letter.id(),
                    turn,
                    record.with(DeadLetter.APPEND_TIME, letter.cameAt().toString())
                            .with(DeadLetter.REQUEUED_FROM, letter.id().toString()));
        }

        static Prepared done(Letter letter, String turn) {
            return new Prepared(letter.id(), turn, null);
        }

        Outgoing required() {
            return Objects.requireNonNull(record);
        }
    }

    /** Has letters given that were named; whether all of them were that are there. */
    boolean ofAll(BooleanSupplier giving) {
        boolean[] all = new boolean[1];
        return give(() -> all[0] = giving.getAsBoolean()) && all[0];
    }

    /** Has the next letters given; where to go on, null at the end. */
    @Nullable
    LetterId next(Supplier<Optional<LetterId>> giving) {
        List<LetterId> next = new ArrayList<>(1);
        if (give(() -> giving.get().ifPresent(next::add))) {
            return next.isEmpty() ? null : next.getFirst();
        }
        if (failedAt != null) {
            return failedAt;
        }
        return last == null ? null : new LetterId(last.partition(), last.offset() + 1);
    }

    /** Whether nothing failed: Kafka may while the letters are read as well. */
    private boolean give(Runnable giving) {
        RetryLater unread = null;
        try {
            giving.run();
        } catch (RetryLater e) {
            unread = e;
        }
        boolean sent = send();
        failure = failure == null ? unread : failure;
        return sent && unread == null;
    }

    /** Whether another may come. */
    boolean take(Letter letter) {
        last = letter.id();
        try {
            reserve(letter.value().length());
            if (failure != null) {
                return false;
            }
            Prepared prepared = preparation.of(letter, reservation);
            Outgoing record = prepared.record();
            if (record == null) {
                done(prepared);
            } else {
                waiting.add(prepared);
                bytes += record.value().length();
            }
        } catch (Invalid e) {
            fault(letter.id(), e);
        } catch (RetryLater e) {
            // What was taken before it is sent, so that the next step begins with this one.
            if (send()) {
                stop(letter.id(), e);
            }
            return false;
        }
        return (waiting.size() < TOGETHER && bytes < TOGETHER_BYTES) || send();
    }

    /** Room that others wait to have back is asked for once more when they have it. */
    private void reserve(int length) {
        try {
            reservation.grow(length);
        } catch (RetryLater e) {
            if (waiting.isEmpty()) {
                throw e;
            }
            if (send()) {
                reservation.grow(length);
            }
        }
    }

    /** Returns once Kafka has what waits; whether it does. */
    boolean send() {
        if (failure == null && !waiting.isEmpty()) {
            try {
                log.append(waiting.stream().map(Prepared::required).toList());
                waiting.forEach(this::done);
            } catch (RetryLater e) {
                stop(waiting.getFirst().id(), e);
            } catch (Invalid e) {
                // One of them is more than the topic takes: each alone tells which.
                waiting.forEach(this::sendAlone);
            }
        }
        waiting.clear();
        bytes = 0;
        reservation.giveBack();
        return failure == null;
    }

    private void sendAlone(Prepared each) {
        if (failure != null) {
            return;
        }
        try {
            log.append(List.of(each.required()));
            done(each);
        } catch (Invalid e) {
            fault(each.id(), e);
        } catch (RetryLater e) {
            stop(each.id(), e);
        }
    }

    private void done(Prepared prepared) {
        known.add(prepared.id());
        back.add(new Back(prepared.id().toString(), prepared.turnId()));
    }

    private void fault(LetterId id, Invalid why) {
        known.add(id);
        refused.add(new Fault(id.toString(), why.problem().code(), why.detail()));
    }

    /** The first letter of which it is not known whether Kafka has it. */
    private void stop(LetterId id, RetryLater why) {
        if (failure == null || failedAt == null) {
            failure = why;
            failedAt = waiting.isEmpty() ? id : waiting.getFirst().id();
        }
    }

    boolean knows(LetterId id) {
        return known.contains(id);
    }

    /** @param all the topic was looked through for it */
    void leave(LetterId id, boolean all) {
        Problem problem = all ? Problem.NOT_FOUND : failure == null ? Problem.UNAVAILABLE : failure.problem();
        String detail = all
                ? "there is no such dead letter"
                : failure == null ? "there was no time for it: ask again" : failure.detail();
        refused.add(new Fault(id.toString(), problem.code(), detail));
    }

    /**
     * What became of the letters.
     *
     * @throws RetryLater when nothing did
     */
    Requeued answer(@Nullable LetterId next) {
        if (failure != null && known.isEmpty()) {
            throw failure;
        }
        return new Requeued(back, refused, next == null ? null : next.toString());
    }

    @Override
    public void close() {
        reservation.close();
    }
}
