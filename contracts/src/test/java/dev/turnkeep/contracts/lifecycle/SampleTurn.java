package dev.turnkeep.contracts.lifecycle;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.AuthSubject;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.id.TurnId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A turn to fold. Immutable: every {@code with} makes another one. Times are given as gaps from noon. */
record SampleTurn(
        TurnAddress address,
        boolean synthetic,
        Instant happened,
        Instant received,
        Labels labels,
        TurnFacts.@Nullable Parent parent,
        int partition) {

    static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
    static final Duration IDLE = Duration.ofMinutes(30);
    static final Duration MICRO = Duration.ofNanos(1_000);
    static final Scope ACME = new Scope(new OrgId(new UUID(1, 1)), new EnvironmentName("production"));
    static final Scope OTHER = new Scope(new OrgId(new UUID(2, 2)), new EnvironmentName("production"));
    static final HarnessId CLAUDE = new HarnessId("claude");
    static final HarnessId CODEX = new HarnessId("codex");

    static SampleTurn of(TurnAddress address) {
        return new SampleTurn(address, false, NOON, NOON, Labels.NONE, null, 0);
    }

    static SampleTurn of(String session) {
        return of(key(CLAUDE, session));
    }

    static SampleTurn of(HarnessId harness, String session) {
        return of(key(harness, session));
    }

    static SampleTurn ofActor(String actor) {
        return of(new ActorSlot(ACME, CLAUDE, new ActorId(actor)));
    }

    static SampleTurn ofId(SessionId id) {
        return of(new ById(ACME, id));
    }

    static SampleTurn ofExternal(String name) {
        return of(new ByExternalId(ACME, new ExternalId(name)));
    }

    /** A turn whose caller named neither session nor actor. */
    static SampleTurn ofWords(String words, String subject) {
        return new SampleTurn(key(CLAUDE, words), true, NOON, NOON, Labels.NONE, null, 0).saidBy(subject);
    }

    static SessionKey key(HarnessId harness, String session) {
        return new SessionKey(ACME, harness, new HarnessSessionId(session));
    }

    /** It happened, and the broker had it at once. */
    SampleTurn at(Duration afterNoon) {
        Instant at = NOON.plus(afterNoon);
        return new SampleTurn(address, synthetic, at, at, labels, parent, partition);
    }

    SampleTurn at(int minutes) {
        return at(Duration.ofMinutes(minutes));
    }

    SampleTurn receivedAt(Duration afterNoon) {
        return new SampleTurn(address, synthetic, happened, NOON.plus(afterNoon), labels, parent, partition);
    }

    SampleTurn receivedAt(int minutes) {
        return receivedAt(Duration.ofMinutes(minutes));
    }

    SampleTurn with(Labels newLabels) {
        return new SampleTurn(address, synthetic, happened, received, newLabels, parent, partition);
    }

    SampleTurn saidBy(String subject) {
        return with(new Labels(
                new AuthSubject(subject),
                labels.name(),
                labels.cwd(),
                labels.harnessVersion(),
                labels.harnessMetadata()));
    }

    SampleTurn childOf(String session) {
        return childOf(null, session);
    }

    SampleTurn childOf(@Nullable HarnessId harness, String session) {
        TurnFacts.Parent named = new TurnFacts.Parent(harness, new HarnessSessionId(session));
        return new SampleTurn(address, synthetic, happened, received, labels, named, partition);
    }

    SampleTurn from(int newPartition) {
        return new SampleTurn(address, synthetic, happened, received, labels, parent, newPartition);
    }

    /** Numbers are powers of ten apart, so that no sum hides another. */
    TurnFacts facts(int number) {
        Totals adds =
                Totals.ofTurn(1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, number % 3 == 0 ? null : 10_000_000L);
        return new TurnFacts(
                new TurnId(new UUID(7, number)),
                address,
                synthetic,
                TurnTimes.resolve(happened, received),
                labels,
                parent,
                adds,
                findings(number),
                partition);
    }

    /** Of several models, threads and outcomes, by the number alone. */
    static TurnFindings findings(int number) {
        String model = number % 5 == 0 ? null : "m-" + number % 50;
        return new TurnFindings(
                number % 7 == 0 ? "openai" : "anthropic",
                model,
                number % 4 == 0 ? "t-" + number % 3 : null,
                null,
                number % 11 == 0,
                OUTCOMES.get(number % OUTCOMES.size()),
                number % 11 == 0 ? "title " + number : null,
                new Said("prompt " + number));
    }

    private static final List<Outcome> OUTCOMES =
            List.of(Outcome.COMPLETED, Outcome.FAILED, Outcome.WAITING, Outcome.UNKNOWN);

    record Said(String title) implements TurnFindings.Prompt {}
}
