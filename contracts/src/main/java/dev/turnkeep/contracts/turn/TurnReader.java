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
import dev.turnkeep.contracts.json.Utf8;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
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
    private static final int HASH_DIGITS = 64;

    private final RawJson source;
    private final JsonParser parser;
    private final Map<String, Scalar> scalars = new HashMap<>();
    private final Map<String, RawJson> raws = new HashMap<>();
    private final List<TurnNode> nodes = new ArrayList<>();

    /** A member's token and text; the text of an object or array is its bracket. */
    private record Scalar(JsonToken token, String text) {}

    private TurnReader(RawJson source, JsonParser parser) {
        this.source = source;
        this.parser = parser;
    }

    /** Content and the other values kept as given are slices of {@code bytes}. */
    public static TurnRecord read(byte[] bytes) {
        if (Utf8.firstInvalid(bytes, 0, bytes.length) >= 0) {
            throw unreadable(null, "not UTF-8");
        }
        RawJson source = RawJson.of(bytes, 0, bytes.length);
        try (JsonParser parser = Json.parser(source)) {
            return new TurnReader(source, parser).read();
        } catch (IOException e) {
            throw unreadable(null, "not JSON");
        }
    }

    private TurnRecord read() throws IOException {
        members(null, parser.nextToken());
        if (parser.nextToken() != null) {
            throw unreadable(null, "more than one value");
        }
        if (!TurnCodec.SCHEMA.equals(text("schema"))) {
            throw unreadable("schema", "must be " + TurnCodec.SCHEMA);
        }
        if (nodes.isEmpty()) {
            throw unreadable("nodes", "must not be empty");
        }
        return turn();
    }

    /** Reads the members of the object that begins here; those of objects within it by path. */
    private void members(@Nullable String parent, @Nullable JsonToken start) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            throw unreadable(parent, "must be an object");
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parent == null ? parser.currentName() : parent + "." + parser.currentName();
            JsonToken token = parser.nextToken();
            switch (name) {
                case "address", "session", "usage", "usage.parts" -> members(name, token);
                case "nodes" -> nodes(token);
                case "system", "tools", "params" -> raw(name, token);
                case "meta", "session.harness_metadata" -> {
                    if (token != JsonToken.START_OBJECT && token != JsonToken.VALUE_NULL) {
                        throw unreadable(name, "must be an object");
                    }
                    raw(name, token);
                }
                default -> {
                    scalars.put(name, new Scalar(token, parser.getText()));
                    parser.skipChildren();
                }
            }
        }
    }

    private void raw(String name, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            raws.remove(name);
        } else {
            raws.put(name, Json.slice(parser, source));
        }
    }

    private void nodes(JsonToken start) throws IOException {
        if (start != JsonToken.START_ARRAY) {
            throw unreadable("nodes", "must be an array");
        }
        nodes.clear();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            node("nodes[" + nodes.size() + "]");
        }
    }

    private void node(String path) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw unreadable(path, "must be an object");
        }
        String hash = null;
        String role = null;
        RawJson content = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            switch (name) {
                case "hash" -> hash = token == JsonToken.VALUE_STRING ? parser.getText() : null;
                case "role" -> role = token == JsonToken.VALUE_STRING ? parser.getText() : null;
                case "content" -> content = Json.slice(parser, source);
                default -> {}
            }
            // Without effect on a scalar, and after a value that was taken as a slice.
            parser.skipChildren();
        }
        if (hash == null || !isHash(hash) || role == null || content == null) {
            throw unreadable(path, "needs hash, role and content");
        }
        nodes.add(new TurnNode(hash, role, content));
    }

    /** Without a pattern: a long turn has hundreds of them. */
    private static boolean isHash(String text) {
        if (text.length() != HASH_DIGITS) {
            return false;
        }
        for (int i = 0; i < HASH_DIGITS; i++) {
            char c = text.charAt(i);
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
                return false;
            }
        }
        return true;
    }

    private TurnRecord turn() {
        Scope scope = new Scope(required("org_id", OrgId::parse), required("environment", EnvironmentName::new));
        return new TurnRecord(
                required("turn_id", TurnId::parse),
                address(scope),
                flag("address.synthetic"),
                session(),
                text("request_id"),
                optional("captured_at", Instant::parse),
                required("provider", Function.identity()),
                text("model"),
                text("agent"),
                text("thread_id"),
                required("status", Function.identity()),
                text("stop_reason"),
                stopKind(),
                text("error"),
                usage(),
                number("latency_nanos", Long.MAX_VALUE),
                (int) count("tool_calls", Integer.MAX_VALUE),
                (int) count("tool_errors", Integer.MAX_VALUE),
                number("cost_nano_usd", Long.MAX_VALUE),
                nodes,
                raws.get("system"),
                raws.get("tools"),
                raws.get("params"),
                raws.get("meta"),
                text("traceparent"));
    }

    /** Records from before the kind was written: what their reason means. */
    private StopKind stopKind() {
        String word = text("stop_kind");
        return word == null ? StopKind.of(text("stop_reason")) : StopKind.named(word);
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
                text("session.harness_version"),
                text("session.cwd"),
                text("session.name"),
                optional("session.parent_harness_id", HarnessId::new),
                optional("session.parent_harness_session_id", HarnessSessionId::new),
                raws.get("session.harness_metadata"));
    }

    private Usage usage() {
        return new Usage(
                count("usage.input_tokens", Long.MAX_VALUE),
                count("usage.output_tokens", Long.MAX_VALUE),
                count("usage.cache_read_tokens", Long.MAX_VALUE),
                count("usage.cache_write_tokens", Long.MAX_VALUE),
                count("usage.cache_write_1h_tokens", Long.MAX_VALUE),
                count("usage.reasoning_tokens", Long.MAX_VALUE),
                flag("usage.partial"),
                parts(),
                text("usage.service_tier"));
    }

    /** Parts that a newer writer knows are passed over. */
    private Map<UsagePart, Long> parts() {
        Map<UsagePart, Long> parts = new EnumMap<>(UsagePart.class);
        for (UsagePart part : UsagePart.values()) {
            Long count = number("usage.parts." + part.key(), Long.MAX_VALUE);
            if (count != null) {
                parts.put(part, count);
            }
        }
        return parts;
    }

    /** A number of things, 0 when nothing is said. */
    private long count(String name, long most) {
        Long number = number(name, most);
        return number == null ? 0 : number;
    }

    /** Null when absent; refuses what is not an integer from 0 to {@code most}. */
    private @Nullable Long number(String name, long most) {
        Scalar scalar = present(name);
        if (scalar == null) {
            return null;
        }
        try {
            long number = scalar.token == JsonToken.VALUE_NUMBER_INT ? Long.parseLong(scalar.text) : -1;
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Too long for any number of ours: refused like the others.
        }
        throw unreadable(name, "must be an integer from 0 to " + most);
    }

    private @Nullable String text(String name) {
        Scalar scalar = present(name);
        if (scalar != null && scalar.token != JsonToken.VALUE_STRING) {
            throw unreadable(name, "must be a string");
        }
        return scalar == null ? null : scalar.text;
    }

    private boolean flag(String name) {
        Scalar scalar = present(name);
        if (scalar != null && !scalar.token.isBoolean()) {
            throw unreadable(name, "must be a boolean");
        }
        return scalar != null && scalar.token == JsonToken.VALUE_TRUE;
    }

    private @Nullable Scalar present(String name) {
        Scalar scalar = scalars.get(name);
        return scalar == null || scalar.token == JsonToken.VALUE_NULL ? null : scalar;
    }

    private <T> @Nullable T optional(String name, Function<String, T> form) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return form.apply(text);
        } catch (Invalid e) {
            throw unreadable(name, e.detail());
        } catch (DateTimeException e) {
            throw unreadable(name, "not a time");
        }
    }

    private <T> T required(String name, Function<String, T> form) {
        T value = optional(name, form);
        if (value == null) {
            throw unreadable(name, "is required");
        }
        return value;
    }

    private static Invalid unreadable(@Nullable String field, String detail) {
        return new Invalid(Problem.UNREADABLE_RECORD, field, field == null ? detail : field + ": " + detail);
    }
}
