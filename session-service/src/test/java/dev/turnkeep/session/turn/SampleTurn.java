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
import dev.turnkeep.contracts.turn.SessionBlock;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Turns for tests, as the topic would bring them. Immutable: every {@code with} makes another one. */
record SampleTurn(
        Scope scope,
        String harness,
        @Nullable String session,
        @Nullable String actor,
        @Nullable String subject,
        @Nullable SessionId byId,
        @Nullable String parentHarness,
        @Nullable String parent,
        String request,
        List<Message> messages,
        Instant happened,
        Instant received,
        int partition) {

    private static final AtomicLong OFFSETS = new AtomicLong();
    static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
    static final Usage USAGE = new Usage(100, 20, 60, 10, 4, 5);

    static SampleTurn in(Scope scope, String session, String request) {
        return new SampleTurn(
                scope, "claude", session, null, null, null, null, null, request, question(request), NOON, NOON, 0);
    }

    static SampleTurn ofActor(Scope scope, String actor, String request) {
        return new SampleTurn(
                scope, "claude", null, actor, null, null, null, null, request, question(request), NOON, NOON, 0);
    }

    private static List<Message> question(String words) {
        return List.of(said("user", "question " + words, words), said("assistant", "answer " + words, words));
    }

    /** A message whose content as given may differ from what is hashed of it. */
    static Message said(String role, String given, String hashed) {
        return new Message(role, RawJson.of("\"" + given + "\""), RawJson.of("[{\"text\":\"" + hashed + "\"}]"));
    }

    SampleTurn at(Instant time) {
        return new SampleTurn(
                scope,
                harness,
                session,
                actor,
                subject,
                byId,
                parentHarness,
                parent,
                request,
                messages,
                time,
                time,
                partition);
    }

    SampleTurn receivedAt(Instant time) {
        return new SampleTurn(
                scope,
                harness,
                session,
                actor,
                subject,
                byId,
                parentHarness,
                parent,
                request,
                messages,
                happened,
                time,
                partition);
    }

    SampleTurn harness(String name) {
        return new SampleTurn(
                scope,
                name,
                session,
                actor,
                subject,
                byId,
                parentHarness,
                parent,
                request,
                messages,
                happened,
                received,
                partition);
    }

    SampleTurn forkOf(@Nullable String parentsHarness, String parentSession) {
        return new SampleTurn(
                scope,
                harness,
                session,
                actor,
                subject,
                byId,
                parentsHarness,
                parentSession,
                request,
                messages,
                happened,
                received,
                partition);
    }

    SampleTurn spokenBy(String name) {
        return new SampleTurn(
                scope,
                harness,
                session,
                actor,
                name,
                byId,
                parentHarness,
                parent,
                request,
                messages,
                happened,
                received,
                partition);
    }

    SampleTurn addressing(SessionId id) {
        return new SampleTurn(
                scope,
                harness,
                null,
                null,
                subject,
                id,
                parentHarness,
                parent,
                request,
                messages,
                happened,
                received,
                partition);
    }

    SampleTurn saying(List<Message> conversation) {
        return new SampleTurn(
                scope,
                harness,
                session,
                actor,
                subject,
                byId,
                parentHarness,
                parent,
                request,
                conversation,
                happened,
                received,
                partition);
    }

    SampleTurn onPartition(int number) {
        return new SampleTurn(
                scope,
                harness,
                session,
                actor,
                subject,
                byId,
                parentHarness,
                parent,
                request,
                messages,
                happened,
                received,
                number);
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
                happened,
                "anthropic",
                "claude-sonnet-4-6",
                "agent",
                null,
                "ok",
                "end_turn",
                USAGE,
                1_000_000L,
                2,
                1,
                null,
                nodes,
                RawJson.of("\"you are helpful\""),
                RawJson.of("[{\"name\":\"Bash\"}]"),
                RawJson.of("{\"max_tokens\":64}"),
                RawJson.of("{\"method\":\"POST\"}"),
                null);
    }

    ConsumerRecord<byte[], byte[]> consumed() {
        return consumed(TurnCodec.write(record()));
    }

    ConsumerRecord<byte[], byte[]> consumed(byte[] value) {
        byte[] key = address().encoded().getBytes(StandardCharsets.UTF_8);
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
                new RecordHeaders(),
                Optional.empty());
    }

    PendingTurn pending() {
        return PendingTurn.read(consumed());
    }
}
