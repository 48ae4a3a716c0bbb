package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.AuthSubject;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Identities;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Chain;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.turn.DeadLetter;
import dev.turnkeep.contracts.turn.SessionBlock;
import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.TurnCodec;
import dev.turnkeep.contracts.turn.TurnNode;
import dev.turnkeep.contracts.turn.TurnRecord;
import dev.turnkeep.contracts.turn.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Turns for tests, as the topic would bring them. Immutable from outside: every change makes another one. */
final class SampleTurn {
    private static final AtomicLong OFFSETS = new AtomicLong();
    static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
    static final Usage USAGE = new Usage(100, 20, 60, 10, 4, 5);

    private final Scope scope;
    private final String request;
    private @Nullable String session;
    private @Nullable String actor;
    private List<Message> messages;
    private String harness = "claude";
    private @Nullable String subject;
    private @Nullable SessionId byId;
    private @Nullable String parentHarness;
    private @Nullable String parent;
    private Instant happened = NOON;
    private Instant received = NOON;
    private @Nullable Instant putBackFrom;
    private int partition;
    private String model = "claude-sonnet-4-6";
    private @Nullable String thread;
    private StopKind stop = StopKind.COMPLETE;
    private boolean tools = true;
    private @Nullable String traceparent;
    private boolean timed = true;
    private Usage usage = USAGE;
    private @Nullable Long cost;

    private SampleTurn(
            Scope scope, @Nullable String session, @Nullable String actor, String request, List<Message> messages) {
        this.scope = scope;
        this.session = session;
        this.actor = actor;
        this.request = request;
        this.messages = messages;
    }

    static SampleTurn in(Scope scope, String session, String request) {
        return new SampleTurn(scope, session, null, request, question(request));
    }

    static SampleTurn ofActor(Scope scope, String actor, String request) {
        return new SampleTurn(scope, null, actor, request, question(request));
    }

    private static List<Message> question(String words) {
        return List.of(said("user", "question " + words, words), said("assistant", "answer " + words, words));
    }

    /** A message whose content as given may differ from what is hashed of it. */
    static Message said(String role, String given, String hashed) {
        return new Message(role, RawJson.of("\"" + given + "\""), RawJson.of("[{\"text\":\"" + hashed + "\"}]"));
    }

    SampleTurn at(Instant time) {
        return with(turn -> {
            turn.happened = time;
            turn.received = time;
        });
    }

    SampleTurn receivedAt(Instant time) {
        return with(turn -> turn.received = time);
    }

    /** As a dead letter that was put back: the original came then. */
    SampleTurn putBackFrom(Instant time) {
        return with(turn -> turn.putBackFrom = time);
    }

    SampleTurn harness(String name) {
        return with(turn -> turn.harness = name);
    }

    SampleTurn forkOf(@Nullable String parentsHarness, String parentSession) {
        return with(turn -> {
            turn.parentHarness = parentsHarness;
            turn.parent = parentSession;
        });
    }

    SampleTurn spokenBy(String name) {
        return with(turn -> turn.subject = name);
    }

    SampleTurn addressing(SessionId id) {
        return with(turn -> {
            turn.session = null;
            turn.actor = null;
            turn.byId = id;
        });
    }

    List<Message> messages() {
        return messages;
    }

    SampleTurn saying(List<Message> conversation) {
        return with(turn -> turn.messages = conversation);
    }

    SampleTurn onPartition(int number) {
        return with(turn -> turn.partition = number);
    }

    SampleTurn ofModel(String name) {
        return with(turn -> turn.model = name);
    }

    SampleTurn onThread(String name) {
        return with(turn -> turn.thread = name);
    }

    SampleTurn stopping(StopKind kind) {
        return with(turn -> turn.stop = kind);
    }

    /** Its caller does not say when it happened. */
    SampleTurn untimed() {
        return with(turn -> turn.timed = false);
    }

    SampleTurn using(Usage used) {
        return with(turn -> turn.usage = used);
    }

    /** As its caller says. */
    SampleTurn costing(long nanoUsd) {
        return with(turn -> turn.cost = nanoUsd);
    }

    /** As a harness asks for a title. */
    SampleTurn withoutTools() {
        return with(turn -> turn.tools = false);
    }

    SampleTurn tracedBy(String context) {
        return with(turn -> turn.traceparent = context);
    }

    private SampleTurn with(Consumer<SampleTurn> change) {
        SampleTurn copy = new SampleTurn(scope, session, actor, request, messages);
        copy.harness = harness;
        copy.subject = subject;
        copy.byId = byId;
        copy.parentHarness = parentHarness;
        copy.parent = parent;
        copy.happened = happened;
        copy.received = received;
        copy.partition = partition;
        copy.model = model;
        copy.thread = thread;
        copy.stop = stop;
        copy.tools = tools;
        copy.traceparent = traceparent;
        copy.timed = timed;
        copy.usage = usage;
        copy.cost = cost;
        copy.putBackFrom = putBackFrom;
        change.accept(copy);
        return copy;
    }

    TurnAddress address() {
        if (byId != null) {
            return new TurnAddress.ById(scope, byId);
        }
        if (session != null) {
            return new TurnAddress.SessionKey(scope, new HarnessId(harness), new HarnessSessionId(session));
        }
        if (actor != null) {
            return new TurnAddress.ActorSlot(scope, new HarnessId(harness), new ActorId(actor));
        }
        throw new IllegalStateException("a sample turn names a session, an actor or an id");
    }

    TurnRecord record() {
        List<TurnNode> nodes = new ArrayList<>();
        Chain.of(messages)
                .nodes()
                .forEach(node -> nodes.add(new TurnNode(
                        node.hash().hex(), node.message().role(), node.message().content())));
        SessionBlock block = new SessionBlock(
                new HarnessId(harness),
                session == null ? null : new HarnessSessionId(session),
                byId,
                null,
                actor == null ? null : new ActorId(actor),
                subject == null ? null : new AuthSubject(subject),
                null,
                "/home/someone",
                null,
                parentHarness == null ? null : new HarnessId(parentHarness),
                parent == null ? null : new HarnessSessionId(parent),
                null);
        return new TurnRecord(
                Identities.turnByRequest(address(), request),
                address(),
                subject != null && session != null,
                block,
                request,
                timed ? happened : null,
                "anthropic",
                model,
                "agent",
                thread,
                "ok",
                "end_turn",
                stop,
                null,
                usage,
                1_000_000L,
                2,
                1,
                cost,
                nodes,
                RawJson.of("\"you are helpful\""),
                tools ? RawJson.of("[{\"name\":\"Bash\"}]") : null,
                RawJson.of("{\"max_tokens\":64}"),
                RawJson.of("{\"method\":\"POST\"}"),
                traceparent);
    }

    ConsumerRecord<byte[], byte[]> consumed() {
        return consumed(TurnCodec.write(record()));
    }

    ConsumerRecord<byte[], byte[]> consumed(byte[] value) {
        byte[] key = address().encoded().getBytes(StandardCharsets.UTF_8);
        RecordHeaders headers = new RecordHeaders();
        if (putBackFrom != null) {
            headers.add(DeadLetter.APPEND_TIME, putBackFrom.toString().getBytes(StandardCharsets.UTF_8));
        }
        return new ConsumerRecord<>(
                "turns",
                partition,
                OFFSETS.getAndIncrement(),
                received.toEpochMilli(),
                TimestampType.LOG_APPEND_TIME,
                key.length,
                value.length,
                key,
                value,
                headers,
                Optional.empty());
    }

    PendingTurn pending() {
        return PendingTurn.read(consumed());
    }
}
