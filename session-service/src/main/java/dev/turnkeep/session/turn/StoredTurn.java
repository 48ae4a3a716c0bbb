package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.derive.Derivation;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.lifecycle.Totals;
import dev.turnkeep.contracts.lifecycle.TurnFindings;
import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import dev.turnkeep.session.price.StoredUsage;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A turn as it is stored, as far as prices and findings follow from it.
 *
 * @param cut its response broke off, in the words of ingest itself: what it says of its usage may not be all
 * @param costNanoUsd null when it is unpriced
 * @param harnessTitle a title that its response is; only where it was asked for
 */
record StoredTurn(
        TurnId id,
        Scope scope,
        SessionId session,
        long seq,
        String provider,
        @Nullable String model,
        @Nullable String agent,
        @Nullable String thread,
        boolean failed,
        StopKind stop,
        boolean cut,
        boolean tools,
        byte[] leaf,
        Usage usage,
        int toolCalls,
        int toolErrors,
        @Nullable Long costNanoUsd,
        String costSource,
        @Nullable String priceRef,
        Instant eventAt,
        boolean late,
        @Nullable String harnessTitle) {

    /** The columns that {@link #of} reads, of {@code turns t}. */
    static final String COLUMNS = """
            t.turn_id, t.org_id, t.environment, t.session_id, t.seq, t.provider, t.model, t.agent, t.thread_id, t.status,
            t.stop_reason, t.stop_kind, t.tools_digest IS NOT NULL AS tools, t.leaf_hash, t.tool_calls, t.tool_errors,
            t.cost_nano_usd, t.cost_source, t.price_ref, t.event_at, t.late,
            """ + StoredUsage.COLUMNS;

    static StoredTurn of(Row row, @Nullable String harnessTitle) {
        return new StoredTurn(
                new TurnId(row.getUUID("turn_id")),
                SessionRows.scope(row),
                new SessionId(row.getUUID("session_id")),
                row.getLong("seq"),
                row.getString("provider"),
                row.getString("model"),
                row.getString("agent"),
                row.getString("thread_id"),
                row.getString("status").equals("error"),
                stop(row),
                cut(row),
                row.getBoolean("tools"),
                row.getBuffer("leaf_hash").getBytes(),
                StoredUsage.of(row),
                row.getInteger("tool_calls"),
                row.getInteger("tool_errors"),
                row.getLong("cost_nano_usd"),
                row.getString("cost_source"),
                row.getString("price_ref"),
                Objects.requireNonNull(SessionRows.instant(row, "event_at")),
                row.getBoolean("late"),
                harnessTitle);
    }

    /** The same turn, of whose usage this is known as well. */
    StoredTurn telling(boolean partial, Map<UsagePart, Long> parts, @Nullable String tier) {
        Usage told = new Usage(
                usage.inputTokens(),
                usage.outputTokens(),
                usage.cacheReadTokens(),
                usage.cacheWriteTokens(),
                usage.cacheWrite1hTokens(),
                usage.reasoningTokens(),
                partial,
                parts,
                tier);
        return new StoredTurn(
                id,
                scope,
                session,
                seq,
                provider,
                model,
                agent,
                thread,
                failed,
                stop,
                cut,
                tools,
                leaf,
                told,
                toolCalls,
                toolErrors,
                costNanoUsd,
                costSource,
                priceRef,
                eventAt,
                late,
                harnessTitle);
    }

    /** Rows from before the kind was stored: what their reason means. */
    private static StopKind stop(Row row) {
        StopKind stored = StopKind.named(row.getString("stop_kind"));
        return stored == StopKind.UNKNOWN ? StopKind.of(row.getString("stop_reason")) : stored;
    }

    /** Nothing came after an error, as after the end of what was captured; providers have other words for their own. */
    private static boolean cut(Row row) {
        StopKind stop = stop(row);
        return stop == StopKind.INCOMPLETE || (stop == StopKind.ERROR && "error".equals(row.getString("stop_reason")));
    }

    /** What the turn adds to its session. */
    Totals adds() {
        return Totals.ofTurn(
                usage.inputTokens(),
                usage.outputTokens(),
                usage.cacheReadTokens(),
                usage.cacheWriteTokens(),
                usage.reasoningTokens(),
                toolCalls,
                toolErrors,
                costNanoUsd);
    }

    TurnFindings findings(TurnFindings.Prompt prompt) {
        return Derivation.findings(
                provider,
                model,
                thread,
                agent,
                stop,
                failed,
                tools ? null : harnessTitle,
                !tools && Derivation.probe(stop, usage.outputTokens()),
                prompt);
    }
}
