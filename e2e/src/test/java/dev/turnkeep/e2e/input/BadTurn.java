package dev.turnkeep.e2e.input;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.Turn;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A turn that must be refused, as an envelope on one line.
 *
 * @param isValue whether it is one JSON value, so that it can be an element of a document
 * @param field empty where none can be named
 */
record BadTurn(String name, byte[] json, boolean isValue, int status, String code, String field) {
    /** Stands in every turn's content and names; no log may ever hold it. */
    static final String SECRET = "kennwortkatze";

    /** What a member is set to, to be replaced in the text by what no tree can hold. */
    private static final String HERE = "@here@";

    @Override
    public String toString() {
        return name;
    }

    static List<BadTurn> all() {
        return List.of(
                // Not JSON.
                text("truncated", 400, "malformed", json -> json.substring(0, json.length() / 2)),
                text("trailing garbage", 400, "malformed", json -> json + " {}"),
                text("single quotes", 400, "malformed", json -> json.replace('"', '\'')),
                text("a bare NUL", 400, "malformed", json -> json.replace("Fine.", "Fi\0ne.")),
                text(
                        "nested too deeply",
                        400,
                        "malformed",
                        json -> json.replace("\"max_tokens\":256", "\"x\":" + deep(400))),
                bytes("an invalid UTF-8 byte", "Fine.", (byte) 0xff),
                bytes("a surrogate in UTF-8", "Fine.", (byte) 0xed, (byte) 0xa0, (byte) 0x80),
                bytes("an overlong slash", "Fine.", (byte) 0xc0, (byte) 0xaf),
                // JSON of another form.
                value("an array", "[]", "invalid_envelope", ""),
                value("a string", "\"" + SECRET + "\"", "invalid_envelope", ""),
                value("null", "null", "invalid_envelope", ""),
                envelope("provider of another type", 400, "invalid_envelope", "provider", "", "provider", "5"),
                envelope("meta of another type", 400, "invalid_envelope", "meta", "", "meta", "\"x\""),
                envelope("session of another type", 400, "invalid_envelope", "session", "", "session", "[]"),
                envelope("request of another type", 422, "unprocessable_request", "request", "", "request", "\"x\""),
                envelope(
                        "response of another type", 422, "unprocessable_response", "response", "", "response", "\"x\""),
                session("an object as id", 400, "invalid_envelope", "harness_session_id", "{}"),
                session("a number as actor", 400, "invalid_envelope", "actor_id", "7"),
                meta("text as a number", 400, "invalid_envelope", "elapsed_seconds", "\"1s\""),
                // Missing, or not known.
                envelope("no provider", 422, "unsupported_provider", "provider", "", "provider", "null"),
                envelope(
                        "an unknown provider",
                        422,
                        "unsupported_provider",
                        "provider",
                        "",
                        "provider",
                        "\"" + SECRET + "\""),
                text(
                        "a member twice, the last one wrong",
                        422,
                        "unsupported_provider",
                        "provider",
                        json -> json.substring(0, json.length() - 1) + ",\"provider\":\"nobody\"}"),
                envelope("no request", 422, "unprocessable_request", "request", "", "request", "null"),
                envelope("no response", 422, "unprocessable_response", "response", "", "response", "null"),
                request("messages of another type", "messages", "{}", "request.messages"),
                request("a message without a role", "messages", "[{\"content\":\"x\"}]", "request.messages[0].role"),
                request(
                        "a message without content",
                        "messages",
                        "[{\"role\":\"user\"}]",
                        "request.messages[0].content"),
                response(
                        "no content", "message", "{\"role\":\"assistant\",\"content\":[]}", "response.message.content"),
                response(
                        "a block without a type",
                        "message",
                        "{\"role\":\"assistant\",\"content\":[{\"text\":\"x\"}]}",
                        "response.message.content[0].type"),
                response("tokens in words", "usage", "{\"prompt_tokens\":\"many\"}", "response.usage.prompt_tokens"),
                response("fewer tokens than none", "usage", "{\"prompt_tokens\":-1}", "response.usage.prompt_tokens"),
                response(
                        "more tokens than fit",
                        "usage",
                        "{\"completion_tokens\":99999999999999999999}",
                        "response.usage.completion_tokens"),
                // Raw responses.
                raw("raw bytes that are not base64", 400, "invalid_envelope", "raw_response", "\"%%%\"", ""),
                raw("raw bytes of another type", 400, "invalid_envelope", "raw_response", "17", ""),
                raw(
                        "raw bytes that are not gzip",
                        422,
                        "unprocessable_response",
                        "raw_response",
                        "\"aGVsbG8=\"",
                        "gzip"),
                raw(
                        "raw bytes in an unknown coding",
                        422,
                        "unprocessable_response",
                        "raw_response_encoding",
                        "\"aGVsbG8=\"",
                        "br"),
                // Over a cap.
                session("a long id", 422, "invalid_field", "harness_session_id", quoted("i", 257)),
                session("a long harness", 422, "invalid_field", "harness_id", quoted("h", 129)),
                session("a long subject", 422, "invalid_field", "auth_subject", quoted("s", 257)),
                session("a long folder", 422, "invalid_field", "cwd", quoted("/", 4097)),
                session("a long name", 422, "invalid_field", "name", quoted("n", 257)),
                session(
                        "large metadata",
                        400,
                        "invalid_envelope",
                        "harness_metadata",
                        "{\"k\":" + quoted("v", 17_000) + "}"),
                session("metadata of another type", 400, "invalid_envelope", "harness_metadata", "[1]"),
                meta("a long thread", 422, "invalid_field", "thread_id", quoted("t", 257)),
                envelope("a long agent", 422, "invalid_field", "agent_name", "", "agent_name", quoted("a", 257)),
                // What no store can hold.
                escaped("NUL in an id", "harness_session_id", "\\u0000"),
                escaped("NUL in a subject", "auth_subject", "a\\u0000b"),
                escaped("a lone high surrogate in an id", "harness_session_id", "\\ud800"),
                escaped("a lone low surrogate in an actor", "actor_id", "x\\udc00"),
                escaped("surrogates in the wrong order", "external_id", "\\udc00\\ud800"),
                escaped("a blank id", "harness_session_id", " "),
                // Times.
                meta("a time in words", 422, "invalid_field", "captured_at", "\"yesterday\""),
                meta("a time without a zone", 422, "invalid_field", "captured_at", "\"2026-01-01T00:00:00\""),
                meta("a day that is none", 422, "invalid_field", "ts_request", "\"2026-02-30T00:00:00Z\""),
                meta("a year out of reach", 422, "invalid_field", "ts_request", "\"+123456-01-01T00:00:00Z\""),
                meta("a time of another type", 400, "invalid_envelope", "captured_at", "1767225600"),
                // Sessions and tenants.
                session(
                        "an organisation that is none",
                        400,
                        "invalid_envelope",
                        "org_id",
                        "\"acme'; DROP TABLE orgs; --\""),
                session(
                        "another organisation",
                        403,
                        "foreign_org",
                        "org_id",
                        "\"00000000-0000-4000-8000-000000000000\""),
                session("an empty parent", 400, "invalid_envelope", "parent_harness_session_id", "\"\""),
                session("itself as parent", 400, "invalid_envelope", "parent_harness_session_id", "\"" + SECRET + "\""),
                session("a long parent", 422, "invalid_field", "parent_harness_session_id", quoted("p", 257)),
                session("a session id that is none", 422, "invalid_field", "session_id", "\"../../session_1\""));
    }

    private static Turn good() {
        return Turn.in(SECRET).says("Say nothing of the " + SECRET, "Fine.");
    }

    private static BadTurn text(String name, int status, String code, UnaryOperator<String> change) {
        return new BadTurn(name, utf8(change.apply(good().json().toString())), false, status, code, "");
    }

    private static BadTurn text(String name, int status, String code, String field, UnaryOperator<String> change) {
        return new BadTurn(name, utf8(change.apply(good().json().toString())), true, status, code, field);
    }

    /** The first occurrence of some words, replaced by bytes. */
    private static BadTurn bytes(String name, String words, byte... bytes) {
        String latin = good().json().toString().replace(words, new String(bytes, StandardCharsets.ISO_8859_1));
        return new BadTurn(name, latin.getBytes(StandardCharsets.ISO_8859_1), false, 400, "malformed", "");
    }

    private static BadTurn value(String name, String json, String code, String field) {
        return new BadTurn(name, utf8(json), true, 400, code, field);
    }

    private static BadTurn envelope(
            String name, int status, String code, String field, String object, String member, String value) {
        Turn turn = good().with(object, member, tree(value));
        return new BadTurn(name, utf8(turn.json().toString()), true, status, code, field);
    }

    private static BadTurn session(String name, int status, String code, String member, String value) {
        return envelope(name, status, code, "session." + member, "/session", member, value);
    }

    private static BadTurn meta(String name, int status, String code, String member, String value) {
        return envelope(name, status, code, "meta." + member, "/meta", member, value);
    }

    private static BadTurn request(String name, String member, String value, String field) {
        return envelope(name, 422, "unprocessable_request", field, "/request", member, value);
    }

    private static BadTurn response(String name, String member, String value, String field) {
        return envelope(name, 422, "unprocessable_response", field, "/response", member, value);
    }

    private static BadTurn raw(String name, int status, String code, String field, String value, String coding) {
        Turn turn = good().with("", "response", tree("null"))
                .with("", "raw_response", tree(value))
                .with("", "raw_response_encoding", tree("\"" + coding + "\""));
        return new BadTurn(name, utf8(turn.json().toString()), true, status, code, field);
    }

    private static BadTurn escaped(String name, String member, String escaped) {
        String json = good().session(member, HERE).json().toString().replace(HERE, escaped);
        return new BadTurn(name, utf8(json), true, 422, "invalid_field", "session." + member);
    }

    private static String deep(int levels) {
        return "[".repeat(levels) + "]".repeat(levels);
    }

    private static String quoted(String letter, int times) {
        return "\"" + letter.repeat(times) + "\"";
    }

    private static JsonNode tree(String json) {
        try {
            return Http.JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
