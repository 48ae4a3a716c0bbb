package dev.turnkeep.session.control;

import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.platform.time.UuidSource;
import dev.turnkeep.session.control.NewSession.HarnessKey;
import dev.turnkeep.session.store.Buckets;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Updates;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Creates sessions: each in one transaction that finds it made already, or makes it. */
@Singleton
class Creation {
    private static final Duration REQUESTS_KEPT = Duration.ofHours(24);
    /** How often a name may change hands between a look and a write. */
    private static final int TRIES = 5;

    private final Database database;
    private final UuidSource uuids;
    private final Clock clock;

    Creation(Database database, UuidSource uuids, Clock clock) {
        this.database = database;
        this.uuids = uuids;
        this.clock = clock;
    }

    /**
     * @param row with {@link Item#COLUMNS}
     * @param cached it was there already
     */
    record Created(Row row, boolean cached) {}

    private record Found(SessionId id, boolean cached) {}

    /**
     * The session as it is wanted, new or found.
     *
     * @param request what tells the request apart where the session has no name
     * @throws dev.turnkeep.contracts.problem.Invalid (409) when there is another one under its name, or a closed or expired
     *     one
     */
    Created create(Scope scope, NewSession wanted, Optional<RequestKey> request) {
        for (int i = 0; i < TRIES; i++) {
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            Optional<Created> created = database.inOrg(scope.org(), work -> attempt(work, scope, wanted, request, now)
                    .map(found -> new Created(
                            ControlStore.byId(work, scope, found.id()).orElseThrow(), found.cached())));
            if (created.isPresent()) {
                return created.get();
            }
        }
        throw RetryLater.unavailable("the session's names keep changing hands");
    }

    private Optional<Found> attempt(
            Work work, Scope scope, NewSession wanted, Optional<RequestKey> request, Instant now) {
        HarnessKey harness = wanted.harness();
        ExternalId external = wanted.external();
        if (harness != null) {
            return underHarness(work, scope, wanted, harness, now);
        }
        return external == null
                ? Optional.of(unnamed(work, scope, wanted, request, now))
                : named(work, scope, wanted, external, now);
    }

    private Optional<Found> named(Work work, Scope scope, NewSession wanted, ExternalId external, Instant now) {
        SessionId minted = new SessionId(uuids.next());
        RunId run = run();
        Optional<SessionId> back = CreateStore.upsert(work, scope, minted, run, wanted, now);
        if (back.filter(minted::equals).isPresent()) {
            begun(work, scope, minted, run, now);
            return Optional.of(new Found(minted, false));
        }
        // It is there: it got the newest trigger config, or has it already, or is another one than is wanted.
        return CreateStore.byExternalId(work, scope, external).map(found -> {
            found.requireClaimed();
            found.require(wanted, now);
            if (run.value().equals(found.run())) {
                ControlStore.recordRun(work, scope, found.id(), run, "initial", now);
            }
            return new Found(found.id(), true);
        });
    }

    private Found unnamed(Work work, Scope scope, NewSession wanted, Optional<RequestKey> request, Instant now) {
        SessionId minted = new SessionId(uuids.next());
        SessionId meant = request.map(key -> CreateStore.remember(work, scope, key, minted, now, REQUESTS_KEPT))
                .orElse(minted);
        if (meant.equals(minted)) {
            return inserted(work, scope, minted, wanted, now).orElseThrow();
        }
        Optional<Sought> found = CreateStore.byId(work, scope, meant);
        found.ifPresent(session -> session.require(wanted, now));
        return found.map(session -> new Found(session.id(), true))
                .orElseThrow(() -> Sought.conflict("the session that this request made has been erased"));
    }

    /** With the bucket of the harness's key held: no turn makes a session under it meanwhile. */
    private Optional<Found> underHarness(Work work, Scope scope, NewSession wanted, HarnessKey key, Instant now) {
        work.rows(Buckets.lock(List.of(Buckets.ofKey(scope, key.session()))));
        List<Sought> found = CreateStore.byNames(work, scope, key, wanted.external());
        Optional<Sought> ofHarness = ofHarness(found, key);
        Optional<Sought> ofName = found.stream()
                .filter(session ->
                        wanted.external() != null && wanted.external().value().equals(session.external()))
                .findFirst();
        if (ofHarness.isEmpty() && ofName.isEmpty()) {
            return inserted(work, scope, new SessionId(uuids.next()), wanted, now);
        }
        Sought session = ofHarness.or(() -> ofName).orElseThrow();
        if (ofName.isPresent() && !ofName.get().id().equals(session.id())) {
            throw Sought.conflict("externalId and harnessSessionId are of different sessions");
        }
        if (wanted.external() != null
                && session.external() != null
                && !session.external().equals(wanted.external().value())) {
            throw Sought.conflict("the session has another externalId");
        }
        if (ofHarness.isEmpty()) {
            session.requireFree(key);
        }
        session.require(wanted, now);
        return Optional.of(taken(work, scope, wanted, key, session, now));
    }

    private Found taken(Work work, Scope scope, NewSession wanted, HarnessKey key, Sought session, Instant now) {
        if (session.unclaimed()) {
            RunId run = run();
            CreateStore.claim(work, scope, session.id(), key, run, wanted, now);
            ControlStore.recordRun(work, scope, session.id(), run, "initial", now);
            return new Found(session.id(), !session.placeholder());
        }
        if (session.harnessSession() != null && !isOf(session, key)) {
            throw Sought.conflict("the session has another harnessSessionId");
        }
        if (session.harnessSession() == null || (session.external() == null && wanted.external() != null)) {
            CreateStore.join(work, scope, session.id(), key, wanted, now);
        } else {
            CreateStore.refresh(work, scope, session.id(), wanted, now);
        }
        return new Found(session.id(), true);
    }

    /** The session of the key, else the one placeholder that a fork has guessed the key's harness of. */
    private static Optional<Sought> ofHarness(List<Sought> found, HarnessKey key) {
        Optional<Sought> exact =
                found.stream().filter(session -> isOf(session, key)).findFirst();
        List<Sought> guesses = found.stream()
                .filter(session ->
                        session.placeholder() && key.session().value().equals(session.harnessSession()))
                .toList();
        return exact.or(() -> guesses.size() == 1 ? Optional.of(guesses.getFirst()) : Optional.empty());
    }

    private static boolean isOf(Sought session, HarnessKey key) {
        return session.harness().equals(key.harness().value())
                && key.session().value().equals(session.harnessSession());
    }

    private Optional<Found> inserted(Work work, Scope scope, SessionId id, NewSession wanted, Instant now) {
        RunId run = run();
        if (!CreateStore.insert(work, scope, id, run, wanted, now)) {
            return Optional.empty();
        }
        begun(work, scope, id, run, now);
        return Optional.of(new Found(id, false));
    }

    /** Of a new row: its run, and the event by which lists and the world know of it. */
    private static void begun(Work work, Scope scope, SessionId id, RunId run, Instant now) {
        ControlStore.recordRun(work, scope, id, run, "initial", now);
        Updates.tell(work, scope, id, 0, 1, now);
    }

    private RunId run() {
        return RunId.of(uuids.next());
    }
}
