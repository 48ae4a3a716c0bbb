package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.json.Utf8;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.ingest.provider.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a harness-aware client says about a turn in headers, for proxies that pass a body on as it came. A member of the
 * body wins over its header. What the headers say is written into the turn, so that a dead letter holds all of it.
 */
public final class SessionHeaders {
    private static final String PREFIX = "x-tapes-";
    private static final Set<String> MEMBERS = Set.of("agent_name", "session", "meta");

    private final @Nullable RawJson session;
    private final @Nullable String agent;
    private final @Nullable String thread;

    private SessionHeaders(Function<String, @Nullable String> headers) {
        JsonObject block = new JsonObject();
        put(block, "harness_id", plain(headers, "harness-id"));
        put(block, "harness_session_id", plain(headers, "harness-session-id"));
        put(block, "harness_version", plain(headers, "harness-version"));
        put(block, "parent_harness_session_id", plain(headers, "parent-harness-session-id"));
        put(block, "cwd", decoded(plain(headers, "cwd")));
        put(block, "name", decoded(plain(headers, "session-name")));
        RawJson metadata = metadata(plain(headers, "harness-metadata"));
        if (metadata != null) {
            block.put("harness_metadata", metadata);
        }
        agent = plain(headers, "agent-name");
        if (!block.isEmpty() || agent != null) {
            put(block, "org_id", filled(headers.apply("x-paper-auth-org-id")));
            put(block, "auth_subject", filled(headers.apply("x-paper-auth-subject")));
        }
        session = block.isEmpty() ? null : block.toJson();
        thread = thread(headers);
    }

    public static SessionHeaders of(Function<String, @Nullable String> headers) {
        return new SessionHeaders(headers);
    }

    /**
     * The turn with what the headers say and it does not. A turn that cannot be read stays as it is: what is wrong with it
     * is found out later.
     *
     * @param reservation grows by the new turn, if there is one
     */
    public RawJson applied(RawJson turn, Reservation reservation) {
        if (session == null && agent == null && thread == null) {
            return turn;
        }
        JsonObject added;
        try {
            TurnJudge.checkUtf8(turn);
            Fields fields = Fields.read(null, turn, Set.of(), MEMBERS);
            added = added(fields);
        } catch (Invalid e) {
            return turn;
        }
        if (added.isEmpty()) {
            return turn;
        }
        reservation.grow(turn.length());
        return added.appendedTo(turn);
    }

    private JsonObject added(Fields fields) {
        JsonObject added = new JsonObject();
        if (session != null && fields.raw("session") == null) {
            added.put("session", session);
        }
        if (agent != null && fields.raw("agent_name") == null) {
            added.put("agent_name", agent);
        }
        if (thread != null) {
            RawJson meta = fields.raw("meta");
            Fields known = fields.object("meta", Set.of(), Set.of("thread_id"));
            if (known.raw("thread_id") == null) {
                JsonObject named = new JsonObject().put("thread_id", thread);
                added.put("meta", meta == null ? named.toJson() : named.appendedTo(meta));
            }
        }
        return added;
    }

    /** A sub-agent of Claude Code, or a child thread of Codex, which names its session as well. */
    private static @Nullable String thread(Function<String, @Nullable String> headers) {
        String agent = filled(headers.apply("x-claude-code-agent-id"));
        if (agent != null) {
            return agent;
        }
        String session = filled(headers.apply("session-id"));
        String thread = filled(headers.apply("thread-id"));
        return thread != null && session != null && !thread.equals(session) ? thread : null;
    }

    private static @Nullable String plain(Function<String, @Nullable String> headers, String name) {
        return filled(headers.apply(PREFIX + name));
    }

    private static @Nullable String filled(@Nullable String value) {
        return value == null || value.isEmpty() ? null : value;
    }

    private static void put(JsonObject block, String name, @Nullable String value) {
        if (value != null) {
            block.put(name, value);
        }
    }

    /** Percent-decoded as in a path (RFC 3986); as it is when it is not well encoded; nothing when it holds a control. */
    private static @Nullable String decoded(@Nullable String value) {
        if (value == null) {
            return null;
        }
        String text = percentDecoded(value);
        return text.chars().anyMatch(c -> c < 0x20 || c == 0x7F) ? null : text;
    }

    private static String percentDecoded(String value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '%') {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            } else if (i + 2 < value.length()
                    && HexFormat.isHexDigit(value.charAt(i + 1))
                    && HexFormat.isHexDigit(value.charAt(i + 2))) {
                bytes.write(HexFormat.fromHexDigits(value, i + 1, i + 3));
                i += 2;
            } else {
                return value;
            }
        }
        byte[] decoded = bytes.toByteArray();
        return Utf8.firstInvalid(decoded, 0, decoded.length) < 0 ? new String(decoded, StandardCharsets.UTF_8) : value;
    }

    /** JSON in base64url without padding; what is neither is dropped. That it is an object is checked with the rest. */
    private static @Nullable RawJson metadata(@Nullable String value) {
        if (value == null || value.contains("=")) {
            return null;
        }
        try {
            byte[] json = Base64.getUrlDecoder().decode(value);
            RawJson metadata = RawJson.of(json, 0, json.length);
            TurnJudge.checkUtf8(metadata);
            return Fields.isOneValue(metadata) ? metadata : null;
        } catch (IllegalArgumentException | Invalid e) {
            return null;
        }
    }
}
