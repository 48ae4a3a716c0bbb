package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Short words for what the tests of this package say often. */
final class Parsing {
    private Parsing() {}

    static ParsedRequest request(Provider provider, String json) {
        return provider.request(RawJson.of(json));
    }

    static ParsedResponse response(String json) {
        return Provider.ANTHROPIC.response(RawJson.of(json));
    }

    static ParsedResponse stream(String events) {
        return Provider.ANTHROPIC.rawResponse(utf8(events), null, "text/event-stream");
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The projection of the only message of an Anthropic request with this content. */
    static String anthropic(String content) {
        return only(Provider.ANTHROPIC, "{\"messages\":[{\"role\":\"user\",\"content\":" + content + "}]}");
    }

    static String chat(String message) {
        return only(Provider.OPENAI, "{\"messages\":[" + message + "]}");
    }

    static String item(String item) {
        return only(Provider.OPENAI, "{\"input\":[" + item + "]}");
    }

    static String only(Provider provider, String request) {
        Message message = request(provider, request).messages().getFirst();
        return message.projection().toString();
    }

    static void assertInvalid(Problem problem, String field, ThrowingCallable call) {
        Assertions.assertThatExceptionOfType(Invalid.class).isThrownBy(call).satisfies(invalid -> {
            Assertions.assertThat(invalid.problem()).isEqualTo(problem);
            Assertions.assertThat(invalid.field()).isEqualTo(field);
        });
    }
}
