package dev.turnkeep.session.channel.log;

import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.log.Creation.Fork;
import dev.turnkeep.session.channel.log.Creation.Outcome;
import dev.turnkeep.session.channel.log.StreamStore.Beginning;
import dev.turnkeep.session.channel.log.StreamStore.Locked;
import dev.turnkeep.session.channel.log.StreamStore.Owner;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Database.Work;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes streams and deletes them. For virtual threads. */
@Singleton
public class Streams {
    private static final int RACES = 5;

    private final Database database;
    private final Tails tails;
    private final Clock clock;
    private final Copies copies;
    private final int channelsPerSession;

    Streams(Database database, Tails tails, Clock clock, Copies copies, ChannelsConfig config) {
        this.copies = copies;
        this.database = database;
        this.tails = tails;
        this.clock = clock;
        this.channelsPerSession = config.channelsPerSession();
    }

    /** Makes the stream, or finds it made the same way. */
    public Outcome create(Creation creation) {
        return creation.fork() == null ? make(creation) : copies.inTurn(() -> make(creation));
    }

    private Outcome make(Creation creation) {
        for (int i = 0; i < RACES; i++) {
            List<Long> expired = new ArrayList<>();
            Optional<Outcome> outcome = database.inOrg(creation.to().scope().org(), work -> {
                expired.addAll(clear(work, creation.to()));
                return create(work, creation);
            });
            expired.forEach(tails::deleted);
            if (outcome.isPresent()) {
                return outcome.get();
            }
        }
        return new Outcome.Differs("it is being made and deleted by others at this moment");
    }

    /** An address whose stream has expired is free. Before anything is locked: removal locks a stream's sources first. */
    private static List<Long> clear(Work work, StreamAddress address) {
        return address.isOpen()
                ? StreamStore.expired(work, address)
                        .map(id -> StreamRemoval.remove(work, id, true).ids())
                        .orElse(List.of())
                : List.of();
    }

    /** In a transaction of the caller's, whose turn it is to copy; empty when another made it at the same moment. */
    public Optional<Outcome> create(Work work, Creation creation) {
        Optional<Locked> present = StreamStore.lock(work, creation.to());
        if (present.isPresent()) {
            boolean again = present.get().expired() && creation.to().isOpen();
            return again ? Optional.empty() : Optional.of(compare(creation, present.get()));
        }
        Owner owner = null;
        if (!creation.to().isOpen()) {
            owner = StreamStore.owner(work, creation.to()).orElse(null);
            if (owner == null) {
                return Optional.of(new Outcome.NoSession());
            }
            if (owner.over() && !(onlyThere(creation) && !StreamStore.wasSwept(work, creation.to()))) {
                return Optional.of(new Outcome.SessionOver());
            }
            if (!isBuiltIn(creation.to()) && StreamStore.named(work, creation.to()) >= channelsPerSession) {
                return Optional.of(new Outcome.TooMany(channelsPerSession));
            }
        }
        return creation.fork() == null ? plain(work, creation, owner) : forked(work, creation, creation.fork(), owner);
    }

    /** Every session has them, without anybody making them; what is written into them is another matter. */
    private static boolean onlyThere(Creation creation) {
        return isBuiltIn(creation.to()) && creation.initial().isEmpty() && creation.fork() == null;
    }

    private static boolean isBuiltIn(StreamAddress stream) {
        return stream.name().equals("in") || stream.name().equals("out");
    }

    private static Outcome compare(Creation wanted, Locked present) {
        StreamView view = present.view();
        if (view.hidden()) {
            return new Outcome.Taken();
        }
        String type = wanted.contentType();
        if (type != null && !ContentTypes.same(type, view.contentType())) {
            return new Outcome.Differs("its content type is " + view.contentType());
        }
        if (wanted.closed() != view.closed()) {
            return new Outcome.Differs(view.closed() ? "it is closed" : "it is open");
        }
        boolean sameLife = Objects.equals(wanted.ttl(), view.ttl())
                && (!wanted.to().isOpen() || Objects.equals(wanted.expiresAt(), view.expiresAt()));
        boolean inherits = wanted.fork() != null && wanted.ttl() == null && wanted.expiresAt() == null;
        if (!sameLife && !inherits) {
            return new Outcome.Differs("it has another lifetime");
        }
        return sameFork(wanted.fork(), present) ? new Outcome.Found(view) : new Outcome.Differs("it is another fork");
    }

    private static boolean sameFork(@Nullable Fork wanted, Locked present) {
        if (wanted == null) {
            return present.forkedAddress() == null;
        }
        return wanted.text().equals(present.forkedAddress())
                && (wanted.at() == null || Objects.equals(wanted.at().seq(), present.forkSeq()))
                && Objects.equals(wanted.part(), present.forkPart());
    }

    private Optional<Outcome> plain(Work work, Creation creation, @Nullable Owner owner) {
        Instant now = clock.instant();
        List<NewRecord> initial = creation.initial();
        String defaultType = creation.to().isOpen() ? ContentTypes.BYTES : ContentTypes.JSON;
        Beginning row = new Beginning(
                0,
                creation.contentType() == null ? defaultType : creation.contentType(),
                0,
                initial.size(),
                initial.isEmpty() ? null : now,
                closedAt(creation, owner, now),
                creation.ttl(),
                creation.expiresAt(),
                owner == null || !owner.over() ? null : owner.retention(),
                null,
                null,
                null,
                null);
        return StreamStore.insert(work, creation.to(), row).map(id -> {
            StreamStore.insertRecords(work, id, 0, initial, now);
            return made(work, id);
        });
    }

    private Optional<Outcome> forked(Work work, Creation creation, Fork fork, @Nullable Owner owner) {
        // The records before its end never change, so nobody who appends has to wait for the copy.
        Locked source = (fork.source().isOpen()
                        ? StreamStore.lock(work, fork.source())
                        : StreamStore.keep(work, fork.source()))
                .orElse(null);
        if (source == null || source.expired()) {
            return Optional.of(new Outcome.NoSource());
        }
        StreamView from = source.view();
        if (from.hidden()) {
            return Optional.of(new Outcome.SourceTaken());
        }
        String type = creation.contentType();
        if (type != null && !ContentTypes.same(type, from.contentType())) {
            return Optional.of(new Outcome.BadFork(true, "its source's content type is " + from.contentType()));
        }
        Offset at = fork.at() == null ? from.at(from.next()) : fork.at();
        boolean bytes = !ContentTypes.isJson(from.contentType());
        long whole = bytes || fork.part() == 0 ? at.seq() : at.seq() + fork.part();
        boolean cut = bytes && fork.part() > 0;
        if (at.incarnation() != from.incarnation()
                || at.seq() < from.first()
                || fork.part() > Append.RECORD_SIZE
                || whole + (cut ? 1 : 0) > from.next()) {
            return Optional.of(new Outcome.BadFork(false, "its source has no such place"));
        }
        copies.checkRecords(whole - from.first());
        Instant now = clock.instant();
        List<NewRecord> initial = creation.initial();
        boolean inherits = creation.ttl() == null
                && creation.expiresAt() == null
                && creation.to().isOpen();
        long begun = whole + (cut ? 1 : 0);
        Beginning row = new Beginning(
                from.incarnation(),
                from.contentType(),
                from.first(),
                begun + initial.size(),
                now,
                closedAt(creation, owner, now),
                inherits ? from.ttl() : creation.ttl(),
                inherits && from.ttl() == null ? from.expiresAt() : creation.expiresAt(),
                null,
                from.id(),
                fork.text(),
                at.seq(),
                fork.part());
        Optional<Long> id = StreamStore.insert(work, creation.to(), row);
        if (id.isEmpty()) {
            return Optional.empty();
        }
        StreamStore.copy(work, from.id(), id.get(), from.first(), whole);
        if (cut && !StreamStore.copyPart(work, from.id(), id.get(), whole, Math.toIntExact(fork.part()))) {
            throw new TooShort();
        }
        StreamStore.insertRecords(work, id.get(), begun, initial, now);
        StreamStore.measure(work, id.get());
        if (fork.source().isOpen()) {
            // Channels are never deleted one by one, so nobody asks for their forks; and appends would wait for the
            // count.
            StreamStore.countFork(work, from.id());
        }
        return Optional.of(made(work, id.get()));
    }

    /** Of the source's next record: it has fewer bytes than the fork wants. Thrown, so that the fork is not made. */
    public static final class TooShort extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooShort() {
            super("the source's next record is shorter", null, false, false);
        }
    }

    private static @Nullable Instant closedAt(Creation creation, @Nullable Owner owner, Instant now) {
        if (owner != null && owner.over()) {
            return owner.overAt() == null ? now : owner.overAt().toInstant();
        }
        return creation.closed() ? now : null;
    }

    private static Outcome made(Work work, long id) {
        return new Outcome.Created(StreamStore.read(work, id).view());
    }

    /** What became of a deletion. */
    public enum Deletion {
        DELETED,
        MISSING,
        /** Deleted before, and remembered because of its forks. */
        GONE
    }

    /** Deletes a stream, or hides it while it has forks. */
    public Deletion delete(StreamAddress stream) {
        StreamRemoval.Removed removed =
                database.inOrg(stream.scope().org(), work -> StreamRemoval.remove(work, stream));
        removed.ids().forEach(tails::deleted);
        return removed.deletion();
    }
}
