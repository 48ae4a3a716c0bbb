package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Identities;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.TurnAddress;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.json.Utf8;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.SessionBlock;
import dev.turnkeep.contracts.turn.Topics;
import dev.turnkeep.contracts.turn.TurnCodec;
import dev.turnkeep.contracts.turn.TurnRecord;
import dev.turnkeep.ingest.body.Scrubbed;
import dev.turnkeep.ingest.provider.GenAiFormat;
import org.jspecify.annotations.Nullable;

/** Decides about one posted turn: the record to publish, or why not. Pure: it depends on nothing but its arguments. */
public final class TurnJudge {
    /** What the key, the headers and the batch around a value may take of the topic's limit. */
    private static final int AROUND_THE_VALUE = 64 * 1024;

    private static final int NAME = 256;
    private static final int THREAD = 256;

    private final Scope scope;
    private final @Nullable String traceparent;
    private final RawJson original;
    private @Nullable TurnAddress address;

    private TurnJudge(RawJson original, Scope scope, @Nullable String traceparent) {
        this.original = original;
        this.scope = scope;
        this.traceparent = traceparent;
    }

    /**
     * Judges what was posted.
     *
     * @param original the envelope, whatever it turns out to be
     * @param scope the caller's
     * @param traceparent well-formed, or null
     */
    public static Judgement judge(RawJson original, Scope scope, @Nullable String traceparent) {
        return new TurnJudge(original, scope, traceparent).judge();
    }

    private Judgement judge() {
        String provider = Conversations.UNKNOWN;
        try {
            checkUtf8(original);
            Envelope envelope = Envelope.read(original);
            provider = Conversations.label(envelope.provider());
            SessionBlocks.checkEnvelope(envelope.session(), scope);
            TurnRecord turn = turn(envelope);
            byte[] value = TurnCodec.write(turn);
            if (value.length > Topics.LARGEST_RECORD - AROUND_THE_VALUE) {
                throw new Invalid(Problem.TOO_LARGE, null, "the normalised turn exceeds the topic's limit");
            }
            return new Judgement.Accepted(turn, RawJson.of(value, 0, value.length));
        } catch (Invalid e) {
            return new Judgement.Refused(provider, e, original, address == null ? null : address.encoded());
        }
    }

    /** @throws Invalid (400) telling where */
    public static void checkUtf8(RawJson json) {
        int invalid = Utf8.firstInvalid(json.array(), json.offset(), json.length());
        if (invalid >= 0) {
            throw new Invalid(Problem.MALFORMED, null, "not UTF-8 at byte " + (invalid - json.offset()));
        }
    }

    private TurnRecord turn(Envelope envelope) {
        SessionBlock block = SessionBlocks.of(envelope.session());
        TurnAddress named = named(block);
        address = named;
        Fields meta = envelope.metaFields();
        String requestId = requestId(meta.filled("request_id"));
        String callId = callId(envelope.format(), meta);
        String threadId = Identifiers.of("meta.thread_id", meta.filled("thread_id"), THREAD);
        String agent = Labels.of("agent_name", envelope.agent(), NAME);
        CallersTimes times = CallersTimes.of(meta);
        Long reported = ReportedCost.nanoUsd(meta);
        Conversation said = Conversations.read(envelope);
        TurnAddress to = named == null ? synthetic(block, said.firstWords()) : named;
        address = to;
        return new TurnRecord(
                callId != null
                        ? Identities.turnByCall(scope, callId)
                        : id(to, requestId, said.nodes().getLast().hash(), times.asWritten()),
                to,
                named == null,
                block,
                requestId,
                times.completedAt() == null ? said.createdAt() : times.completedAt(),
                said.provider(),
                Labels.of("model", said.model(), NAME),
                agent,
                threadId,
                said.status(),
                Labels.of("stop_reason", said.stopReason(), NAME),
                said.stopKind(),
                Labels.of("error", said.error(), NAME),
                said.usage(),
                times.elapsed() == null
                        ? said.totalNanos()
                        : Long.valueOf(times.elapsed().toNanos()),
                said.toolCalls(),
                said.toolErrors(),
                reported == null ? said.costNanoUsd() : reported,
                said.nodes(),
                said.system(),
                said.tools(),
                said.params(),
                envelope.meta() == null ? null : Scrubbed.json(envelope.meta()),
                traceparent);
    }

    /** The address that the caller named, the most exact one first; null when it named none. */
    private @Nullable TurnAddress named(SessionBlock block) {
        if (block.session() != null) {
            return new ById(scope, block.session());
        }
        if (block.external() != null) {
            return new ByExternalId(scope, block.external());
        }
        if (block.harnessSession() != null) {
            return new SessionKey(scope, block.harness(), block.harnessSession());
        }
        return block.actor() == null ? null : new ActorSlot(scope, block.harness(), block.actor());
    }

    private TurnAddress synthetic(SessionBlock block, @Nullable String firstWords) {
        if (firstWords == null) {
            throw new Invalid(
                    Problem.UNPROCESSABLE_REQUEST,
                    "session",
                    "session: has to be named where no messages were captured, as by gen_ai.conversation.id");
        }
        HarnessSessionId session = Identities.synthetic(firstWords, block.subject());
        return new SessionKey(scope, block.harness(), session);
    }

    private static TurnId id(TurnAddress to, @Nullable String requestId, String leaf, @Nullable String time) {
        return requestId == null ? Identities.turnByContent(to, leaf, time) : Identities.turnByRequest(to, requestId);
    }

    /** Other formats' callers may mean something else by the name. */
    private static @Nullable String callId(@Nullable String format, Fields meta) {
        return GenAiFormat.NAME.equals(format)
                ? Identifiers.of("meta.call_id", meta.loose(GenAiFormat.CALL_ID), Integer.MAX_VALUE)
                : null;
    }

    private static @Nullable String requestId(@Nullable String text) {
        return Identifiers.of("meta.request_id", text, Integer.MAX_VALUE);
    }
}
