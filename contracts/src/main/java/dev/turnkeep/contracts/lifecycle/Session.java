package dev.turnkeep.contracts.lifecycle;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session row, as far as turns read and write it.
 *
 * @param harnessSession null for an implicit session, and for one made by the API without harness keys
 * @param partition the partition of the turns topic that feeds the session; null before the first turn;
 *     {@link #SEVERAL_PARTITIONS} once turns came under another key than its own
 * @param findings what the turns say about the session
 * @param version +1 on every write of the row
 */
public record Session(
        SessionId id,
        Scope scope,
        HarnessId harness,
        @Nullable HarnessSessionId harnessSession,
        @Nullable ExternalId external,
        @Nullable ActorId actor,
        @Nullable Integer partition,
        @Nullable SessionId parent,
        Placeholder placeholder,
        Labels labels,
        Lifetime lifetime,
        Totals totals,
        Findings findings,
        long version,
        Instant createdAt) {

    /** Stands for "any partition may hold turns of this session". */
    public static final int SEVERAL_PARTITIONS = -1;

    /** Whether the session belongs to an actor slot: the slot decides when it ends and which one is next. */
    public boolean implicit() {
        return harnessSession == null && actor != null;
    }

    /** How the session stands: what its turns say, and whether any may still come. */
    public Status status() {
        return Status.of(findings.outcome(), totals, lifetime.state());
    }

    /** The row with its turns at other prices: a write of its own. */
    public Session repriced(List<Repriced> changes) {
        Totals priced = totals;
        ModelUsage models = findings.models();
        for (Repriced change : changes) {
            priced = priced.repriced(change.addedCost(), change.addedUnpriced());
            models = models.repriced(change.provider(), change.model(), change.addedCost(), change.addedUnpriced());
        }
        return with(priced)
                .with(new Findings(findings.outcome(), findings.outcomeAt(), findings.title(), models))
                .nextVersion();
    }

    /** The row with what was found of its turns once more: a write of its own. */
    public Session rederived(Totals newTotals, Findings newFindings) {
        return with(newTotals).with(newFindings).nextVersion();
    }

    Session with(Lifetime newLifetime) {
        return new Session(
                id,
                scope,
                harness,
                harnessSession,
                external,
                actor,
                partition,
                parent,
                placeholder,
                labels,
                newLifetime,
                totals,
                findings,
                version,
                createdAt);
    }

    Session with(Totals newTotals) {
        return new Session(
                id,
                scope,
                harness,
                harnessSession,
                external,
                actor,
                partition,
                parent,
                placeholder,
                labels,
                lifetime,
                newTotals,
                findings,
                version,
                createdAt);
    }

    Session with(Findings newFindings) {
        return new Session(
                id,
                scope,
                harness,
                harnessSession,
                external,
                actor,
                partition,
                parent,
                placeholder,
                labels,
                lifetime,
                totals,
                newFindings,
                version,
                createdAt);
    }

    Session with(Labels newLabels) {
        return new Session(
                id,
                scope,
                harness,
                harnessSession,
                external,
                actor,
                partition,
                parent,
                placeholder,
                newLabels,
                lifetime,
                totals,
                findings,
                version,
                createdAt);
    }

    Session withParent(SessionId newParent) {
        return new Session(
                id,
                scope,
                harness,
                harnessSession,
                external,
                actor,
                partition,
                newParent,
                placeholder,
                labels,
                lifetime,
                totals,
                findings,
                version,
                createdAt);
    }

    /** The row belongs to this harness from now on: a guess was corrected, by a turn or by a child that knew better. */
    Session adoptedBy(HarnessId newHarness, Placeholder newPlaceholder) {
        return new Session(
                id,
                scope,
                newHarness,
                harnessSession,
                external,
                actor,
                SEVERAL_PARTITIONS,
                parent,
                newPlaceholder,
                labels,
                lifetime,
                totals,
                findings,
                version,
                createdAt);
    }

    /** A turn came from this partition, under the session's own key or another one. */
    Session fedBy(int source, boolean ownKey) {
        int fed = ownKey && (partition == null || partition == source) ? source : SEVERAL_PARTITIONS;
        return new Session(
                id,
                scope,
                harness,
                harnessSession,
                external,
                actor,
                fed,
                parent,
                Placeholder.NO,
                labels,
                lifetime,
                totals,
                findings,
                version,
                createdAt);
    }

    Session nextVersion() {
        return new Session(
                id,
                scope,
                harness,
                harnessSession,
                external,
                actor,
                partition,
                parent,
                placeholder,
                labels,
                lifetime,
                totals,
                findings,
                version + 1,
                createdAt);
    }
}
