package dev.turnkeep.session.channel.fork;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.time.UuidSource;
import dev.turnkeep.session.channel.fork.ForkStore.Channel;
import dev.turnkeep.session.channel.fork.ForkWish.Place;
import dev.turnkeep.session.channel.log.Copies;
import dev.turnkeep.session.channel.log.Creation;
import dev.turnkeep.session.channel.log.Offset;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.log.Streams;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Updates;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a session that goes on from an earlier place of another: all in one transaction. */
@Singleton
class SessionForks {
    private final Database database;
    private final Streams streams;
    private final UuidSource uuids;
    private final Clock clock;
    private final Copies copies;

    SessionForks(Database database, Streams streams, UuidSource uuids, Clock clock, Copies copies) {
        this.database = database;
        this.streams = streams;
        this.uuids = uuids;
        this.clock = clock;
        this.copies = copies;
    }

    /**
     * @param channels by name, where the copy ends
     * @param made false when the same request had made it before
     */
    record Forked(SessionId id, SessionId parent, Map<String, Offset> channels, boolean made) {}

    /**
     * With an external id it may be asked again: the same request is answered with the same fork.
     *
     * @throws Invalid 404 without such a session, 409 when the external id is in use, 413 beyond the limits, 422 for a place
     *     that is not there
     * @throws dev.turnkeep.platform.http.RetryLater 503 when others copy for long
     */
    Forked fork(Scope scope, SessionId source, ForkWish wish) {
        SessionId fork = new SessionId(uuids.next());
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return copies.inTurn(() -> database.inOrg(scope.org(), work -> {
            if (!ForkStore.exists(work, scope, source)) {
                throw new Invalid(Problem.NOT_FOUND, null, Problem.NOT_FOUND.title());
            }
            if (!ForkStore.insert(work, scope, source, fork, wish.external(), now)) {
                return earlier(work, scope, source, wish);
            }
            Updates.tell(work, scope, fork, 0, 1, now);
            ForkStore.remember(work, scope, source, fork, wish.text());
            return new Forked(fork, source, copy(work, scope, source, fork, wish), true);
        }));
    }

    private static Forked earlier(Work work, Scope scope, SessionId source, ForkWish wish) {
        return Optional.ofNullable(wish.external())
                .flatMap(name -> ForkStore.earlier(work, scope, source, name, wish.text()))
                .map(fork -> new Forked(fork, source, ForkStore.copies(work, scope, source, fork), false))
                .orElseThrow(() ->
                        new Invalid(Problem.CONFLICT, "external_id", "external_id: is the name of another session"));
    }

    private Map<String, Offset> copy(Work work, Scope scope, SessionId source, SessionId fork, ForkWish wish) {
        List<Channel> channels = ForkStore.channels(work, scope, source);
        if (!channels.stream()
                .map(Channel::name)
                .toList()
                .containsAll(wish.places().keySet())) {
            throw noSuchPlace();
        }
        Map<String, Offset> places = new LinkedHashMap<>();
        channels.forEach(channel -> places.put(
                channel.name(),
                place(
                        work,
                        scope,
                        source,
                        channel,
                        Optional.ofNullable(wish.places().get(channel.name())))));
        copies.checkRecords(channels.stream()
                .mapToLong(channel -> {
                    Offset end = places.getOrDefault(channel.name(), new Offset(channel.incarnation(), channel.next()));
                    return Math.clamp(end.seq(), channel.first(), channel.next()) - channel.first();
                })
                .sum());
        if (copies.isLarge(channels.stream().mapToLong(Channel::bytes).sum())) {
            check(work, scope, source, places);
        }
        Map<String, Offset> ends = new LinkedHashMap<>();
        places.forEach((name, at) -> ends.put(name, copied(work, scope, source, fork, name, at)));
        return ends;
    }

    /** The session holds more than may be copied: is it more before these places, too? */
    private void check(Work work, Scope scope, SessionId source, Map<String, Offset> places) {
        long bytes = 0;
        for (Map.Entry<String, Offset> place : places.entrySet()) {
            bytes += ForkStore.size(
                    work, scope, source, place.getKey(), place.getValue().seq());
        }
        copies.checkBytes(bytes);
    }

    private static Offset place(Work work, Scope scope, SessionId source, Channel channel, Optional<Place> wanted) {
        return wanted.map(place -> switch (place) {
                    case Place.At(Offset offset) -> offset;
                    case Place.Message(long number) ->
                        new Offset(
                                channel.incarnation(),
                                ForkStore.after(work, scope, source, channel.name(), number)
                                        .orElseThrow(SessionForks::noSuchPlace));
                })
                .orElseGet(() -> new Offset(channel.incarnation(), channel.next()));
    }

    private Offset copied(Work work, Scope scope, SessionId source, SessionId fork, String name, Offset at) {
        Creation creation = new Creation(
                StreamAddress.channel(scope, fork, name),
                null,
                null,
                null,
                false,
                List.of(),
                new Creation.Fork(StreamAddress.channel(scope, source, name), at, 0));
        return switch (streams.create(work, creation)
                .orElseThrow(() -> new IllegalStateException("a new session has a channel already"))) {
            case Creation.Outcome.Created created -> created.stream().end().offset();
            case Creation.Outcome.BadFork _ -> throw noSuchPlace();
            case Creation.Outcome.NoSource _, Creation.Outcome.SourceTaken _ -> throw noSuchPlace();
            case Creation.Outcome.Found _,
                    Creation.Outcome.Differs _,
                    Creation.Outcome.Taken _,
                    Creation.Outcome.NoSession _,
                    Creation.Outcome.SessionOver _,
                    Creation.Outcome.TooMany _ ->
                throw new IllegalStateException("a new session has a channel already");
        };
    }

    private static Invalid noSuchPlace() {
        return Invalid.field("channels", "a channel of the session, and a place that it has");
    }
}
