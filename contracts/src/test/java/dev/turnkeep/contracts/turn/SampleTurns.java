package dev.turnkeep.contracts.turn;

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
import dev.turnkeep.contracts.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The turns that the golden examples stand for. */
final class SampleTurns {
    private static final TurnId ID = TurnId.parse("0197b7d4-1111-5000-8000-000000000001");
    private static final Scope SCOPE =
            new Scope(OrgId.parse("0197b7d4-2222-7000-8000-000000000002"), new EnvironmentName("production"));
    private static final String ROOT = "7dfcacd63916fcb36b1ad02714c7423fc6b1a001ddf8c4b2f666981d8a8be378";
    private static final String REPLY = "973383e04f8bc85562886324ba17e46095276d50951c9fc7eb3f1e69fb41defe";
    private static final HarnessId CLAUDE = new HarnessId("claude");
    private static final ActorId ANN = new ActorId("ann");
    private static final HarnessId SLACK = new HarnessId("slack");
    private static final SessionId FIRST = new SessionId(new UUID(0, 1));
    private static final ExternalId ORDER = new ExternalId("order-7");

    private static final Usage MEASURED = new Usage(
            900,
            40,
            300,
            0,
            0,
            0,
            true,
            Map.ofEntries(
                    Map.entry(UsagePart.INPUT_AUDIO, 500L),
                    Map.entry(UsagePart.CACHE_READ_AUDIO, 0L),
                    Map.entry(UsagePart.INPUT_IMAGE, 20L),
                    Map.entry(UsagePart.CACHE_READ_IMAGE, 3L),
                    Map.entry(UsagePart.INPUT_VIDEO, 4L),
                    Map.entry(UsagePart.OUTPUT_AUDIO, 5L),
                    Map.entry(UsagePart.OUTPUT_IMAGE, 6L),
                    Map.entry(UsagePart.OUTPUT_VIDEO, 7L),
                    Map.entry(UsagePart.WEB_SEARCHES, 8L),
                    Map.entry(UsagePart.FILE_SEARCHES, 9L),
                    Map.entry(UsagePart.IMAGE_GENERATIONS, 10L)),
            "priority");

    /** By the name of the golden example. */
    static final Map<String, TurnRecord> ALL = Map.of(
            "full", full(),
            "synthetic",
                    minimal(
                            new SessionKey(SCOPE, HarnessId.UNKNOWN, new HarnessSessionId(ROOT.substring(0, 16))),
                            true,
                            SessionBlock.NONE),
            "actor", minimal(new ActorSlot(SCOPE, SLACK, ANN), false, block(SLACK, null, null, ANN)),
            "measured", used(minimal(new ActorSlot(SCOPE, SLACK, ANN), false, block(SLACK, null, null, ANN)), MEASURED),
            "id", minimal(new ById(SCOPE, FIRST), false, block(HarnessId.UNKNOWN, FIRST, null, null)),
            "external", minimal(new ByExternalId(SCOPE, ORDER), false, block(HarnessId.UNKNOWN, null, ORDER, null)));

    private SampleTurns() {}

    private static TurnRecord full() {
        HarnessSessionId session = new HarnessSessionId("s-1");
        return new TurnRecord(
                ID,
                new SessionKey(SCOPE, CLAUDE, session),
                false,
                new SessionBlock(
                        CLAUDE,
                        session,
                        null,
                        null,
                        ANN,
                        new AuthSubject("ann@example.org"),
                        "2.1.0",
                        "/work",
                        "quiet-fox",
                        new HarnessId("codex"),
                        new HarnessSessionId("s-0"),
                        RawJson.of("{\"kind\":\"interactive\"}")),
                "req-1",
                Instant.parse("2026-03-01T12:00:00.123456789Z"),
                "anthropic",
                "claude-sonnet-4-5",
                "reviewer",
                "t-7",
                "ok",
                "tool_use",
                StopKind.TOOL_USE,
                "overloaded_error",
                new Usage(1000, 200, 300, 400, 150, 50),
                1_500_000_000L,
                2,
                1,
                525_000L,
                List.of(
                        new TurnNode(ROOT, "user", RawJson.of("\"What is content addressing?\"")),
                        new TurnNode(
                                REPLY,
                                "assistant",
                                RawJson.of("[{\"type\":\"text\",\"text\":\"Hashing the bytes.\"}]"))),
                RawJson.of("\"You are terse.\""),
                RawJson.of("[{\"name\":\"Bash\"}]"),
                RawJson.of("{\"max_tokens\":64}"),
                RawJson.of("{\"request_id\":\"req-1\",\"big\":1e400}"),
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    }

    private static TurnRecord minimal(TurnAddress address, boolean synthetic, SessionBlock session) {
        return new TurnRecord(
                ID,
                address,
                synthetic,
                session,
                null,
                null,
                "openai",
                null,
                null,
                null,
                "error",
                null,
                StopKind.UNKNOWN,
                null,
                Usage.NONE,
                null,
                0,
                0,
                null,
                List.of(new TurnNode(ROOT, "assistant", RawJson.of("\"What is content addressing?\""))),
                null,
                null,
                null,
                null,
                null);
    }

    private static TurnRecord used(TurnRecord turn, Usage usage) {
        return new TurnRecord(
                turn.id(),
                turn.address(),
                turn.synthetic(),
                turn.session(),
                turn.requestId(),
                turn.callersTime(),
                turn.provider(),
                turn.model(),
                turn.agent(),
                turn.threadId(),
                turn.status(),
                turn.stopReason(),
                turn.stopKind(),
                turn.error(),
                usage,
                turn.latencyNanos(),
                turn.toolCalls(),
                turn.toolErrors(),
                turn.costNanoUsd(),
                turn.nodes(),
                turn.system(),
                turn.tools(),
                turn.params(),
                turn.meta(),
                turn.traceparent());
    }

    private static SessionBlock block(
            HarnessId harness, @Nullable SessionId id, @Nullable ExternalId external, @Nullable ActorId actor) {
        return new SessionBlock(harness, null, id, external, actor, null, null, null, null, null, null, null);
    }
}
