package dev.turnkeep.session.erase;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.erase.ErasureStore.Locked;
import dev.turnkeep.session.erase.ErasureStore.Made;
import dev.turnkeep.session.erase.ErasureStore.Names;
import dev.turnkeep.session.store.Buckets;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Database.Work;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Erases sessions, each in one transaction: all of it goes, or nothing. What it may share with others and nobody else holds
 * is noted in it, and goes after it.
 */
@Singleton
class Erasure {
    private static final int TRIES = 5;

    private final Database database;
    private final List<SessionPart> parts;
    private final ErasedBlobs blobs;
    private final MeterRegistry registry;
    private final Clock clock;

    Erasure(Database database, @All List<SessionPart> parts, ErasedBlobs blobs, MeterRegistry registry, Clock clock) {
        this.database = database;
        this.parts = parts;
        this.blobs = blobs;
        this.registry = registry;
        this.clock = clock;
    }

    /**
     * Removes the session, and keeps its turns out from now on.
     *
     * @throws Invalid 404 when there is no such session
     */
    void erase(Scope scope, SessionId session) {
        for (int i = 0; i < TRIES; i++) {
            if (attempt(scope, session)) {
                registry.counter("turnkeep_sessions_erased").increment();
                blobs.soon();
                return;
            }
        }
        throw RetryLater.unavailable("the session is being written to");
    }

    private boolean attempt(Scope scope, SessionId session) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return database.inOrg(scope.org(), work -> erased(work, scope, session, now));
    }

    /** False when it got another name before it was locked: the lock on its name is the wrong one. */
    private boolean erased(Work work, Scope scope, SessionId session, Instant now) {
        ErasureStore store = new ErasureStore(work, scope, session);
        Names names = store.names().orElseThrow(Erasure::missing);
        // Held until the end: a turn that finds the name without a session then finds the tombstone, too.
        names.bucket(scope).ifPresent(bucket -> work.rows(Buckets.lock(List.of(bucket))));
        Locked locked = store.lock().orElseThrow(Erasure::missing);
        if (!locked.names().equals(names)) {
            return false;
        }
        store.keepOut();
        Made made = store.deleteTurns();
        ContentErasure content = new ContentErasure(work, scope, session);
        content.nodes(made.leaves());
        content.blobs(made.blobs());
        parts.forEach(part -> part.erase(work, scope, session));
        store.deleteOwn();
        store.delete(locked, now);
        return true;
    }

    private static Invalid missing() {
        return new Invalid(Problem.NOT_FOUND, null, Problem.NOT_FOUND.title());
    }
}
