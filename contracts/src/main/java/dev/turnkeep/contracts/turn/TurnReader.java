package dev.turnkeep.contracts.turn;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
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
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the wire form of a turn. Unknown members are ignored, so that a newer writer does not stop an older reader; what
 * is missing or of the wrong form is an {@link Invalid} of {@link Problem#UNREADABLE_RECORD}.
 */
public final class TurnReader {
    private final RawJson source;
    private final JsonParser parser;
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();
    private final Map<String, RawJson> raws = new HashMap<>();
    private final List<TurnNode> nodes = new ArrayList<>();
    private boolean synthetic;

    private TurnReader(RawJson source, JsonParser parser) {
        this.source = source;
        this.parser = parser;
    }

    /** Content and the other values kept as given are slices of {@code bytes}. */
    public static TurnRecord read(byte[] bytes) {
        RawJson source = RawJson.of(bytes, 0, bytes.length);
        try (JsonParser parser = Json.parser(source)) {
            return new TurnReader(source, parser).read();
        } catch (IOException e) {
            throw unreadable(null, "not JSON");
        } catch (Invalid e) {
            throw e.problem() == Problem.UNREADABLE_RECORD ? e : unreadable(e.field(), e.detail());
        } catch (DateTimeException e) {
            throw unreadable("captured_at", "not a time");
        }
    }

    private TurnRecord read() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw unreadable(null, "not a JSON object");
        }
        members("");
        if (!TurnCodec.SCHEMA.equals(texts.get("schema"))) {
            throw unreadable("schema", "must be " + TurnCodec.SCHEMA);
        }
        if (nodes.isEmpty()) {
            throw unreadable("nodes", "must not be empty");
        }
        return turn();
    }

    /** Reads the members of the current object; those of {@code address}, {@code session}, {@code usage} by path. */
    private void members(String prefix) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = prefix + parser.currentName();
            JsonToken token = parser.nextToken();
            switch (name) {
                case "address", "session", "usage" -> members(name + ".");
                case "nodes" -> nodes();
                case "meta", "system", "tools", "params", "session.harness_metadata" ->
                    raws.put(name, Json.slice(parser, source));
                case "address.synthetic" -> synthetic = token == JsonToken.VALUE_TRUE;
                default -> scalar(name, token);
            }
        }
    }

    private void scalar(String name, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            texts.put(name, parser.getText());
        } else if (token == JsonToken.VALUE_NUMBER_INT) {
            numbers.put(name, parser.getLongValue());
        } else {
            parser.skipChildren();
        }
    }

    private void nodes() throws IOException {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            String hash = null;
            String role = null;
            RawJson content = null;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "hash" -> hash = parser.getText();
                    case "role" -> role = parser.getText();
                    case "content" -> content = Json.slice(parser, source);
                    default -> parser.skipChildren();
                }
            }
            if (hash == null || hash.length() != 64 || role == null || content == null) {
                throw unreadable("nodes[" + nodes.size() + "]", "needs hash, role and content");
            }
            nodes.add(new TurnNode(hash, role, content));
        }
    }

    private TurnRecord turn() {
        Scope scope = new Scope(required("org_id", OrgId::parse), required("environment", EnvironmentName::new));
        return new TurnRecord(
                required("turn_id", TurnId::parse),
                address(scope),
                synthetic,
                session(),
                texts.get("request_id"),
                optional("captured_at", Instant::parse),
                required("provider", Function.identity()),
                texts.get("model"),
                texts.get("agent"),
                texts.get("thread_id"),
                required("status", Function.identity()),
                texts.get("stop_reason"),
                usage(),
                numbers.get("latency_nanos"),
                Math.toIntExact(number("tool_calls")),
                Math.toIntExact(number("tool_errors")),
                numbers.get("cost_nano_usd"),
                nodes,
                raws.get("system"),
                raws.get("tools"),
                raws.get("params"),
                raws.get("meta"),
                texts.get("traceparent"));
    }

    private TurnAddress address(Scope scope) {
        String kind = required("address.kind", Function.identity());
        return switch (kind) {
            case "session" ->
                new TurnAddress.SessionKey(
                        scope,
                        required("address.harness_id", HarnessId::new),
                        required("address.harness_session_id", HarnessSessionId::new));
            case "actor" ->
                new TurnAddress.ActorSlot(
                        scope,
                        required("address.harness_id", HarnessId::new),
                        required("address.actor_id", ActorId::new));
            case "id" -> new TurnAddress.ById(scope, required("address.session_id", SessionId::parseFriendly));
            case "external" -> new TurnAddress.ByExternalId(scope, required("address.external_id", ExternalId::new));
            default -> throw unreadable("address.kind", "must be session, actor, id or external");
        };
    }

    private SessionBlock session() {
        HarnessId harness = optional("session.harness_id", HarnessId::new);
        return new SessionBlock(
                harness == null ? HarnessId.UNKNOWN : harness,
                optional("session.harness_session_id", HarnessSessionId::new),
                optional("session.session_id", SessionId::parseFriendly),
                optional("session.external_id", ExternalId::new),
                optional("session.actor_id", ActorId::new),
                optional("session.auth_subject", AuthSubject::new),
                texts.get("session.harness_version"),
                texts.get("session.cwd"),
                texts.get("session.name"),
                optional("session.parent_harness_id", HarnessId::new),
                optional("session.parent_harness_session_id", HarnessSessionId::new),
                raws.get("session.harness_metadata"));
    }

    private Usage usage() {
        return new Usage(
                number("usage.input_tokens"),
                number("usage.output_tokens"),
                number("usage.cache_read_tokens"),
                number("usage.cache_write_tokens"),
                number("usage.cache_write_1h_tokens"),
                number("usage.reasoning_tokens"));
    }

    private long number(String name) {
        return numbers.getOrDefault(name, 0L);
    }

    private <T> @Nullable T optional(String name, Function<String, T> form) {
        String text = texts.get(name);
        return text == null ? null : form.apply(text);
    }

    private <T> T required(String name, Function<String, T> form) {
        String text = texts.get(name);
        if (text == null) {
            throw unreadable(name, "is required");
        }
        return form.apply(text);
    }

    private static Invalid unreadable(@Nullable String field, String detail) {
        return new Invalid(Problem.UNREADABLE_RECORD, field, field == null ? detail : field + ": " + detail);
    }
}
