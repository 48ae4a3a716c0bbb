package dev.turnkeep.ingest.transcript;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Identities;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.turn.SessionBlock;
import dev.turnkeep.contracts.turn.TranscriptRecord;
import dev.turnkeep.ingest.provider.JsonObject;
import dev.turnkeep.ingest.turn.Fields;
import dev.turnkeep.ingest.turn.Identifiers;
import dev.turnkeep.ingest.turn.Labels;
import dev.turnkeep.ingest.turn.SessionBlocks;
import dev.turnkeep.ingest.turn.TurnJudge;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides about one posted transcript: the record to publish, or why not. Pure: it depends on nothing but its arguments. */
public final class TranscriptJudge {
    private static final Set<String> TEXTS = Set.of("agent_id", "agent_type", "description", "tool_use_id", "kind");
    private static final Set<String> VALUES = Set.of("session", "records");
    private static final int ID = 256;
    private static final int DESCRIPTION = 4096;
    private static final int DIGEST = 8;

    private TranscriptJudge() {}

    /**
     * The transcript with the subject that a gateway's header tells, which wins over the body's.
     *
     * @throws Invalid (400) for what is not an object
     */
    public static RawJson withSubject(RawJson body, @Nullable String subject) {
        if (subject == null || subject.isEmpty()) {
            return body;
        }
        TurnJudge.checkUtf8(body);
        RawJson session = Fields.read(null, body, Set.of(), VALUES).raw("session");
        if (session == null || session.array()[session.offset()] != '{') {
            return body;
        }
        RawJson named = new JsonObject().put("auth_subject", subject).appendedTo(session);
        return new JsonObject().put("session", named).appendedTo(body);
    }

    /**
     * The record of a transcript.
     *
     * @param traceparent well-formed, or null
     * @throws Invalid 400, 403 or 422
     */
    public static TranscriptRecord judge(RawJson body, Scope scope, @Nullable String traceparent) {
        TurnJudge.checkUtf8(body);
        Fields fields = Fields.read(null, body, TEXTS, VALUES);
        Fields session = SessionBlocks.members(fields);
        SessionBlocks.checkEnvelope(session, scope);
        if (session.filled("harness_session_id") == null) {
            throw Fields.malformed("session.harness_session_id", "is required");
        }
        RawJson records = fields.raw("records");
        if (records == null || records.array()[records.offset()] != '[') {
            throw Fields.malformed("records", "must be an array");
        }
        SessionBlock block = SessionBlocks.of(session);
        HarnessSessionId named = block.harnessSession();
        if (named == null) {
            throw Fields.malformed("session.harness_session_id", "is required");
        }
        SessionKey address = new SessionKey(scope, block.harness(), named);
        String agent = Identifiers.of("agent_id", fields.filled("agent_id"), ID);
        String request = "transcript:" + named.value() + ":" + (agent == null ? "main" : agent) + ":" + digest(records);
        return new TranscriptRecord(
                Identities.turnByRequest(address, request),
                address,
                block,
                request,
                agent,
                Labels.of("agent_type", fields.filled("agent_type"), ID),
                Labels.of("description", fields.filled("description"), DESCRIPTION),
                Identifiers.of("tool_use_id", fields.filled("tool_use_id"), ID),
                Labels.of("kind", fields.filled("kind"), ID),
                records,
                count(records),
                traceparent);
    }

    private static int count(RawJson records) {
        try (JsonParser parser = Json.parser(records)) {
            parser.nextToken();
            int count = 0;
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                parser.skipChildren();
                count++;
            }
            return count;
        } catch (IOException e) {
            throw Fields.unreadable(e);
        }
    }

    private static String digest(RawJson records) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            records.digestInto(sha256);
            return HexFormat.of().formatHex(sha256.digest(), 0, DIGEST);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
