package dev.turnkeep.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A turn that is refused, and how.
 *
 * @param field null when the whole turn is meant
 */
public record Malformed(
        String what,
        String body,
        int status,
        String code,
        @Nullable String field) {
    private static final String SESSION = "malformed";

    /** One of each class, on one line each. In Latin-1, so that a case can hold bytes that are not UTF-8. */
    public static Stream<Malformed> all() {
        return Stream.of(
                text("cut off", "{\"provider\":\"anthropic\"", 400, "malformed", null),
                text("an array", "[]", 400, "invalid_envelope", null),
                text("a scalar", "7", 400, "invalid_envelope", null),
                text("null", "null", 400, "invalid_envelope", null),
                text("followed by garbage", Turns.anthropic(SESSION, "x") + " x", 400, "malformed", null),
                text("followed by another", Turns.anthropic(SESSION, "x") + "{}", 400, "malformed", null),
                text("not UTF-8", Turns.anthropic(SESSION, "\u00ff"), 400, "malformed", null),
                text("overlong UTF-8", Turns.anthropic(SESSION, "\u00c0\u00af"), 400, "malformed", null),
                text("too deep", deep(), 400, "malformed", null),
                edit("provider is a number", turn -> turn.put("provider", 7), 400, "invalid_envelope", "provider"),
                edit("no provider", turn -> turn.remove("provider"), 422, "unsupported_provider", "provider"),
                edit("unknown provider", turn -> turn.put("provider", "acme"), 422, "unsupported_provider", "provider"),
                edit("no request", turn -> turn.remove("request"), 422, "unprocessable_request", "request"),
                edit(
                        "messages is a number",
                        turn -> turn.withObject("/request").put("messages", 5),
                        422,
                        "unprocessable_request",
                        "request.messages"),
                edit("no response", turn -> turn.remove("response"), 422, "unprocessable_response", "response"),
                edit(
                        "no content",
                        turn -> turn.withObject("/response/message").putArray("content"),
                        422,
                        "unprocessable_response",
                        "response.message.content"),
                edit(
                        "a block without a type",
                        turn -> turn.withObject("/response/message")
                                .putArray("content")
                                .addObject(),
                        422,
                        "unprocessable_response",
                        "response.message.content[0].type"),
                session("org_id", "0198c0de-0000-7000-8000-0000000000ff", 403, "foreign_org"),
                session("org_id", "acme", 400, "invalid_envelope"),
                session("parent_harness_session_id", "", 400, "invalid_envelope"),
                session("parent_harness_session_id", SESSION, 400, "invalid_envelope"),
                session("cwd", "x".repeat(4097), 422, "invalid_field"),
                session("name", "x".repeat(257), 422, "invalid_field"),
                session("harness_version", "x".repeat(257), 422, "invalid_field"),
                session("harness_id", "x".repeat(129), 422, "invalid_field"),
                session("harness_session_id", "x".repeat(257), 422, "invalid_field"),
                session("harness_session_id", "a\u0000b", 422, "invalid_field"),
                session("harness_session_id", "   ", 422, "invalid_field"),
                session("auth_subject", "x".repeat(257), 422, "invalid_field"),
                session("session_id", "session_!", 422, "invalid_field"),
                session("external_id", "x".repeat(257), 422, "invalid_field"),
                edit(
                        "a lone surrogate in an id",
                        turn -> turn.withObject("/session").put("actor_id", "LONE"),
                        422,
                        "invalid_field",
                        "session.actor_id"),
                edit("session is a text", turn -> turn.put("session", "s-1"), 400, "invalid_envelope", "session"),
                edit(
                        "metadata is an array",
                        turn -> turn.withObject("/session").putArray("harness_metadata"),
                        400,
                        "invalid_envelope",
                        "session.harness_metadata"),
                edit(
                        "metadata over its cap",
                        turn -> turn.withObject("/session/harness_metadata").put("k", "x".repeat(16 * 1024)),
                        400,
                        "invalid_envelope",
                        "session.harness_metadata"),
                edit("meta is a number", turn -> turn.put("meta", 1), 400, "invalid_envelope", "meta"),
                meta("elapsed_seconds", "soon", 400, "invalid_envelope"),
                meta("captured_at", "yesterday", 422, "invalid_field"),
                meta("ts_request", "2026-02-30T00:00:00Z", 422, "invalid_field"),
                meta("request_id", "a\u0000b", 422, "invalid_field"),
                meta("thread_id", "x".repeat(257), 422, "invalid_field"),
                edit(
                        "agent over its cap",
                        turn -> turn.put("agent_name", "x".repeat(257)),
                        422,
                        "invalid_field",
                        "agent_name"),
                edit("not base64", turn -> turn.put("raw_response", "###"), 400, "invalid_envelope", "raw_response"),
                edit(
                        "raw response is a number",
                        turn -> turn.put("raw_response", 1),
                        400,
                        "invalid_envelope",
                        "raw_response"),
                edit(
                        "raw response over its cap",
                        turn -> {
                            turn.remove("response");
                            turn.put("raw_response", Base64.getEncoder().encodeToString(new byte[8 * 1024 * 1024 + 1]));
                        },
                        422,
                        "invalid_field",
                        "raw_response"));
    }

    public byte[] bytes() {
        return body.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return what;
    }

    private static Malformed text(String what, String body, int status, String code, @Nullable String field) {
        return new Malformed(what, body, status, code, field);
    }

    private static Malformed edit(
            String what, Consumer<ObjectNode> edit, int status, String code, @Nullable String field) {
        return new Malformed(what, Turns.edited(SESSION, edit).replace("LONE", "\\ud800"), status, code, field);
    }

    private static Malformed session(String member, String value, int status, String code) {
        return edit(
                "session." + member + ": "
                        + value.substring(0, Math.min(20, value.length())).replace('\0', '0'),
                turn -> turn.withObject("/session").put(member, value),
                status,
                code,
                "session." + member);
    }

    private static Malformed meta(String member, String value, int status, String code) {
        return edit(
                "meta." + member + ": "
                        + value.substring(0, Math.min(20, value.length())).replace('\0', '0'),
                turn -> turn.withObject("/meta").put(member, value),
                status,
                code,
                "meta." + member);
    }

    private static String deep() {
        return "{\"provider\":\"anthropic\",\"request\":" + "[".repeat(256) + "]".repeat(256) + "}";
    }
}
