package dev.turnkeep.contracts.turn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PayloadDigestTest {
    private static final String TURN = """
            {"schema":"turnkeep.turn.v1","turn_id":"0192f0c1-2a3b-5c4d-8e5f-aaaaaaaaaaaa",\
            "org_id":"0192f0c1-2a3b-7c4d-8e5f-60718293a4b5","environment":"production",\
            "address":{"kind":"session","harness_id":"claude","harness_session_id":"s1"},\
            "session":{"harness_id":"claude","harness_session_id":"s1","auth_subject":"ada","cwd":"/home",\
            "name":"first","harness_version":"1","parent_harness_session_id":"s0",\
            "harness_metadata":{"a":1,"b":[true,"x"]}},\
            "request_id":"r1","captured_at":"2026-05-01T12:00:00Z","provider":"anthropic","model":"m1",\
            "status":"ok","stop_reason":"stop",\
            "usage":{"input_tokens":10,"output_tokens":2,"cache_read_tokens":3,"cache_write_tokens":4,\
            "cache_write_1h_tokens":1,"reasoning_tokens":1},"latency_nanos":5,"tool_calls":0,"tool_errors":0,\
            "cost_nano_usd":7,"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",\
            "nodes":[{"hash":"7dfcacd63916fcb36b1ad02714c7423fc6b1a001ddf8c4b2f666981d8a8be378","role":"user",\
            "content":[{"type":"text","text":"Q"}]},{"hash":\
            "973383e04f8bc85562886324ba17e46095276d50951c9fc7eb3f1e69fb41defe","role":"assistant","content":[]}]}""";

    /** A stored digest decides whether a redelivery is a retry or a conflict: it never changes. */
    @Test
    void staysWhatItIs() {
        assertThat(digest(TURN)).isEqualTo("8480d9d02c3faccfb32c6d3e39017cb562a622cb4d18ae90d1512575ff45a4d1");
    }

    static Stream<Arguments> retries() {
        return Stream.of(
                change("traceparent", "b7ad6b7169203331", "00f067aa0ba902b7"),
                change("caller's time", "12:00:00Z", "12:00:01Z"),
                change("latency", "\"latency_nanos\":5", "\"latency_nanos\":6"),
                change(
                        "layout of metadata",
                        "{\"a\":1,\"b\":[true,\"x\"]}",
                        "{ \"b\":[ true,\"\\u0078\"], \"a\":1.0 }"),
                change("raw content", "[{\"type\":\"text\",\"text\":\"Q\"}]", "[{\"text\":\"Q\",\"type\":\"text\"}]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("retries")
    void isTheSameForARetry(String what, String older, String newer) {
        assertThat(digest(changed(older, newer))).as(what).isEqualTo(digest(TURN));
    }

    static Stream<Arguments> others() {
        return Stream.of(
                change("leaf", "973383e0", "973383e1"),
                change(
                        "length of the chain",
                        "\"nodes\":[",
                        "\"nodes\":[{\"hash\":\"" + "0".repeat(64) + "\",\"role\":\"user\",\"content\":[]},"),
                change("provider", "anthropic", "openai"),
                change("model", "\"model\":\"m1\"", "\"model\":\"m2\""),
                change("absent model", "\"model\":\"m1\",", ""),
                change("stop reason", "\"stop_reason\":\"stop\"", "\"stop_reason\":\"length\""),
                change("input tokens", "\"input_tokens\":10", "\"input_tokens\":11"),
                change("output tokens", "\"output_tokens\":2", "\"output_tokens\":3"),
                change("cache reads", "\"cache_read_tokens\":3", "\"cache_read_tokens\":4"),
                change("cache writes", "\"cache_write_tokens\":4", "\"cache_write_tokens\":5"),
                change("long cache writes", "\"cache_write_1h_tokens\":1", "\"cache_write_1h_tokens\":2"),
                change("reasoning", "\"reasoning_tokens\":1", "\"reasoning_tokens\":2"),
                change("cost", "\"cost_nano_usd\":7", "\"cost_nano_usd\":8"),
                change("absent cost", "\"cost_nano_usd\":7,", ""),
                change("address", "\"harness_session_id\":\"s1\"},", "\"harness_session_id\":\"s2\"},"),
                change("subject", "\"ada\"", "\"bob\""),
                change("directory", "/home", "/tmp"),
                change("name", "first", "second"),
                change("version", "\"harness_version\":\"1\"", "\"harness_version\":\"2\""),
                change("parent", "\"s0\"", "\"s9\""),
                change("parent's harness", "\"parent_harness_session_id\"", "\"parent_harness_id\":\"codex\",$0"),
                change("actor", "\"auth_subject\"", "\"actor_id\":\"mac\",$0"),
                change("external id", "\"auth_subject\"", "\"external_id\":\"order\",$0"),
                change("metadata", "\"a\":1", "\"a\":2"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void differsForAnotherPayload(String what, String older, String newer) {
        assertThat(digest(changed(older, newer.replace("$0", older)))).as(what).isNotEqualTo(digest(TURN));
    }

    @Property
    void isTheSameForEveryReaderOfARecord(@ForAll("turns") TurnRecord turn) {
        assertThat(PayloadDigest.of(TurnReader.read(TurnCodec.write(turn))))
                .hasSize(32)
                .isEqualTo(PayloadDigest.of(turn));
    }

    @Provide
    Arbitrary<TurnRecord> turns() {
        return TurnRecords.all();
    }

    private static Arguments change(String what, String older, String newer) {
        return Arguments.of(what, older, newer);
    }

    private static String changed(String older, String newer) {
        assertThat(TURN).containsOnlyOnce(older);
        return TURN.replace(older, newer);
    }

    private static String digest(String json) {
        return HexFormat.of().formatHex(PayloadDigest.of(TurnReader.read(json.getBytes(UTF_8))));
    }
}
