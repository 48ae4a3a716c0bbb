package dev.turnkeep.session.channel.log;

import dev.turnkeep.session.channel.log.AppendOutcome.Appended;
import dev.turnkeep.session.channel.log.AppendOutcome.Closed;
import dev.turnkeep.session.channel.log.AppendOutcome.Full;
import dev.turnkeep.session.channel.log.AppendOutcome.Gap;
import dev.turnkeep.session.channel.log.AppendOutcome.Hidden;
import dev.turnkeep.session.channel.log.AppendOutcome.LateStart;
import dev.turnkeep.session.channel.log.AppendOutcome.OtherFence;
import dev.turnkeep.session.channel.log.AppendOutcome.OtherSeq;
import dev.turnkeep.session.channel.log.AppendOutcome.OtherType;
import dev.turnkeep.session.channel.log.AppendOutcome.Regression;
import dev.turnkeep.session.channel.log.AppendOutcome.Repeated;
import dev.turnkeep.session.channel.log.AppendOutcome.StaleEpoch;
import dev.turnkeep.session.channel.log.AppendOutcome.TooManyProducers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One stream in one batch: takes the appends in their order, each on what the one before left, and gathers what is to be
 * written. The rules are checked in the protocol's order: closed, content type, producer, the writer's own sequence.
 *
 * <p>No clock, no I/O. Confined to the batch that locked the row.
 */
final class StreamFold {
    /** Longer than clients try to write a mark. */
    private static final Duration AGAIN = Duration.ofSeconds(30);

    private final StreamRow before;
    private final LogLimits limits;
    private final Map<String, ProducerStamp> producers;
    private final Map<String, Part> parts;
    private final Set<String> movedProducers = new HashSet<>();
    private final Set<String> guests = new HashSet<>();
    private final List<LogRecord> written = new ArrayList<>();

    private long first;
    private long next;
    private long bytes;
    private int producerCount;
    private int guestCount;
    private @Nullable String writerSeq;
    private @Nullable Instant lastAt;
    private @Nullable Instant newest;
    private @Nullable Instant closedAt;
    private @Nullable ProducerStamp closedBy;
    private @Nullable String fence;
    private @Nullable LogRecord lastSaid;
    /** Where the mark is that an append says again; null when it says none again. */
    private @Nullable Part repeated;

    /**
     * @param producers the last accepted requests of the producers that the batch names
     * @param parts those that the batch names and the stream holds
     */
    StreamFold(StreamRow before, Map<String, ProducerStamp> producers, Map<String, Part> parts, LogLimits limits) {
        this(before, Producers.FEW, producers, parts, limits);
    }

    StreamFold(
            StreamRow before,
            Producers others,
            Map<String, ProducerStamp> producers,
            Map<String, Part> parts,
            LogLimits limits) {
        this(before, others, producers, parts, null, limits);
    }

    /**
     * @param others what is known of the stream's other producers
     * @param lastSaid the newest record but for commands, where the batch may say it again; null for none
     */
    StreamFold(
            StreamRow before,
            Producers others,
            Map<String, ProducerStamp> producers,
            Map<String, Part> parts,
            @Nullable LogRecord lastSaid,
            LogLimits limits) {
        this.lastSaid = lastSaid;
        this.before = before;
        this.limits = limits;
        this.producers = new HashMap<>(producers);
        this.parts = new HashMap<>(parts);
        this.first = before.first();
        this.next = before.next();
        this.bytes = before.bytes();
        this.producerCount = Math.max(0, before.producers() - others.forgotten());
        this.guestCount = others.guests();
        this.writerSeq = before.writerSeq();
        this.lastAt = before.lastAt();
        this.newest = before.newest();
        this.closedAt = before.closedAt();
        this.closedBy = before.closedBy();
        this.fence = before.fence();
    }

    AppendOutcome apply(Append append, Instant now) {
        if (before.hidden()) {
            return new Hidden();
        }
        repeated = repeated(append, now);
        if (closedAt != null) {
            return afterClose(append);
        }
        // A part that is sent again has its answer, whatever its sequence says now.
        boolean stored = append.producer() == null
                && !append.records().isEmpty()
                && append.records().stream().allMatch(record -> partOf(record) != null);
        Optional<AppendOutcome> refusal = refusal(append, stored);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        List<Part> places = write(append, now);
        ProducerStamp producer = append.producer();
        if (producer != null) {
            if (producers.put(producer.id(), producer) == null) {
                producerCount++;
                if (append.guest()) {
                    guestCount++;
                    guests.add(producer.id());
                }
            }
            movedProducers.add(producer.id());
        }
        if (append.writerSeq() != null && !stored) {
            writerSeq = append.writerSeq();
        }
        if (append.trimTo() != null) {
            first = Math.max(first, Math.min(append.trimTo(), next));
        }
        if (append.close()) {
            closedAt = micros(now);
            closedBy = producer;
        }
        return appended(places, producer);
    }

    private Appended appended(List<Part> places, @Nullable ProducerStamp producer) {
        return new Appended(
                end(),
                places.stream().map(Part::seq).toList(),
                producer,
                places.stream().map(Part::at).toList(),
                newest);
    }

    /** Closing again is fine, and so is what was stored before the close; nothing else is. */
    private AppendOutcome afterClose(Append append) {
        ProducerStamp producer = append.producer();
        if (producer != null) {
            return producer.equals(closedBy) ? new Repeated(end(), producer) : new Closed(end());
        }
        List<Part> places = new ArrayList<>();
        for (NewRecord record : append.records()) {
            Part place = partOf(record);
            if (place == null) {
                return new Closed(end());
            }
            places.add(place);
        }
        return places.isEmpty() && !append.close() ? new Closed(end()) : appended(places, null);
    }

    private Optional<AppendOutcome> refusal(Append append, boolean stored) {
        if (append.contentType() != null && !ContentTypes.same(append.contentType(), before.contentType())) {
            return Optional.of(new OtherType(before.contentType()));
        }
        return producerRefusal(append.producer(), append.guest())
                .or(() -> stored ? Optional.empty() : writerRefusal(append.writerSeq()))
                .or(() -> placeRefusal(append));
    }

    private Optional<AppendOutcome> producerRefusal(@Nullable ProducerStamp stamp, boolean guest) {
        if (stamp == null) {
            return Optional.empty();
        }
        ProducerStamp last = producers.get(stamp.id());
        if (last == null) {
            if (stamp.seq() != 0) {
                return Optional.of(new Gap(0, stamp.seq()));
            }
            int present = guest ? guestCount : producerCount - guestCount;
            int most = guest ? limits.guests() : limits.producers();
            return present < most ? Optional.empty() : Optional.of(new TooManyProducers(most));
        }
        if (stamp.epoch() < last.epoch()) {
            return Optional.of(new StaleEpoch(last.epoch()));
        }
        if (stamp.epoch() > last.epoch()) {
            return stamp.seq() == 0 ? Optional.empty() : Optional.of(new LateStart());
        }
        if (stamp.seq() <= last.seq()) {
            return Optional.of(new Repeated(end(), last));
        }
        return stamp.seq() == last.seq() + 1 ? Optional.empty() : Optional.of(new Gap(last.seq() + 1, stamp.seq()));
    }

    private Optional<AppendOutcome> writerRefusal(@Nullable String seq) {
        return seq == null || writerSeq == null || bytewise(seq, writerSeq) > 0
                ? Optional.empty()
                : Optional.of(new Regression());
    }

    private Optional<AppendOutcome> placeRefusal(Append append) {
        long added = append.records().stream()
                .filter(record -> partOf(record) == null)
                .mapToLong(NewRecord::metered)
                .sum();
        String token = fence == null ? "" : fence;
        if (append.fence() != null && added > 0 && !append.fence().equals(token)) {
            return Optional.of(new OtherFence(token));
        }
        if (append.expectedSeq() != null && added > 0 && append.expectedSeq() != next) {
            return Optional.of(new OtherSeq(next));
        }
        // A stream that is full is told by a command to give something up.
        boolean orders = append.records().stream().allMatch(record -> record.kind() == Kind.COMMAND);
        return bytes + added > limits.streamSize() && added > 0 && !orders
                ? Optional.of(new Full(bytes, limits.streamSize()))
                : Optional.empty();
    }

    private List<Part> write(Append append, Instant now) {
        List<Part> places = new ArrayList<>(append.records().size());
        for (NewRecord record : append.records()) {
            Part known = partOf(record);
            if (known != null) {
                places.add(known);
                continue;
            }
            Instant at = time(record, now);
            Part place = new Part(next++, at);
            places.add(place);
            if (record.partId() != null) {
                parts.put(record.partId(), place);
            }
            bytes += record.metered();
            newest = at;
            lastAt = lastAt == null || now.isAfter(lastAt) ? micros(now) : lastAt;
            LogRecord stored = new LogRecord(
                    place.seq(),
                    record.kind(),
                    record.body(),
                    RecordHeader.encode(record.headers()),
                    record.partId(),
                    at);
            written.add(stored);
            if (record.kind() == Kind.COMMAND) {
                Command.of(record.headers(), record.body()).ifPresent(this::obey);
            } else {
                lastSaid = stored;
            }
        }
        return places;
    }

    private Instant time(NewRecord record, Instant now) {
        Instant made = record.at() == null || record.at().isAfter(now) ? now : record.at();
        return newest == null || made.isAfter(newest) ? micros(made) : newest;
    }

    private void obey(Command command) {
        switch (command) {
            case Command.Fence(String token) -> fence = token.isEmpty() ? null : token;
            case Command.Trim(long before) -> first = Math.max(first, Math.min(before, next));
        }
    }

    private @Nullable Part partOf(NewRecord record) {
        return record.partId() == null ? repeated : parts.get(record.partId());
    }

    /**
     * A mark has no name to know it by. One that comes alone and says in all what was said last, a moment ago, is the same,
     * whose answer was lost; later it is another, of a turn in which nothing was said.
     */
    private @Nullable Part repeated(Append append, Instant now) {
        NewRecord mark = append.records().size() == 1 ? append.records().getFirst() : null;
        LogRecord last = lastSaid;
        if (mark == null || last == null || mark.kind() != Kind.CONTROL || last.kind() != Kind.CONTROL) {
            return null;
        }
        boolean same = mark.partId() == null
                && mark.body().equals(last.body())
                && Objects.equals(RecordHeader.encode(mark.headers()), last.headers())
                && now.isBefore(last.at().plus(AGAIN));
        return same ? new Part(last.seq(), last.at()) : null;
    }

    StreamEnd end() {
        return new StreamEnd(before.id(), before.incarnation(), next, closedAt != null);
    }

    /** The row as the batch leaves it. */
    StreamRow after() {
        return new StreamRow(
                before.id(),
                before.incarnation(),
                before.contentType(),
                first,
                next,
                bytes,
                producerCount,
                writerSeq,
                lastAt,
                closedAt,
                closedBy,
                before.hidden(),
                fence,
                newest != null && newest.equals(lastAt) ? null : newest);
    }

    /** Whether there is anything to write. */
    boolean moved() {
        return !movedProducers.isEmpty() || !after().equals(before);
    }

    List<LogRecord> written() {
        return written;
    }

    List<ProducerStamp> producers() {
        return producers.values().stream()
                .filter(stamp -> movedProducers.contains(stamp.id()))
                .toList();
    }

    /** Whether it came just now, with a token. */
    boolean isGuest(ProducerStamp producer) {
        return guests.contains(producer.id());
    }

    private static int bytewise(String one, String other) {
        return Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /** As fine as Postgres stores it. */
    private static Instant micros(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS);
    }
}
