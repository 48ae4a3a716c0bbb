package dev.turnkeep.ingest.provider;

import static dev.turnkeep.ingest.provider.Parsing.anthropic;
import static dev.turnkeep.ingest.provider.Parsing.assertInvalid;
import static dev.turnkeep.ingest.provider.Parsing.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.problem.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnthropicRequestTest {
    @Test
    void takesARequestApartAndKeepsEveryPartAsGiven() {
        // Given
        String json = """
                {"max_tokens" : 64.0, "model":"m1", "stream":true, "system":[ {"type":"text","text":"be brief"} ],
                 "tools":[{"name":"Bash" }], "messages":[
                  {"role":"user","content":"hi \\ud800 \\u0000"},
                  {"content":[{"type":"text","text":"a", "citations": [1e400]}],"role":"assistant","x":1}],
                 "model":"m2","metadata":{"user_id": "u"}}""";

        // When
        ParsedRequest request = request(Provider.ANTHROPIC, json);

        // Then
        assertThat(request.model()).isEqualTo("m2");
        assertThat(request.system()).hasToString("[ {\"type\":\"text\",\"text\":\"be brief\"} ]");
        assertThat(request.tools()).hasToString("[{\"name\":\"Bash\" }]");
        assertThat(request.params())
                .hasToString("{\"max_tokens\":64.0,\"stream\":true,\"metadata\":{\"user_id\": \"u\"}}");
        assertThat(request.messages()).extracting(Message::role).containsExactly("user", "assistant");
        assertThat(request.messages().get(0).content()).hasToString("\"hi \\ud800 \\u0000\"");
        assertThat(request.messages().get(0).projection())
                .hasToString("[{\"is_error\":false,\"text\":\"hi \\ud800 \\u0000\",\"type\":\"text\"}]");
        assertThat(request.messages().get(1).content())
                .hasToString("[{\"type\":\"text\",\"text\":\"a\", \"citations\": [1e400]}]");
    }

    @Test
    void leavesOutWhatIsAbsentOrNull() {
        // When
        ParsedRequest request = request(Provider.ANTHROPIC, """
                {"messages":[],"model":null,"system":null,"tools":null}""");

        // Then
        assertThat(request).isEqualTo(new ParsedRequest(null, List.of(), null, null, null, 0));
    }

    @Test
    void projectsAToolCallAndItsResult() {
        assertThat(anthropic("""
                [{"input":{"b":0,"a":[0]},"name":"Edit","id":"t1","type":"tool_use","cache_control":{"type":"ephemeral"}},
                 {"type":"tool_result","tool_use_id":"t1","is_error":true,"content":[{"type":"text","text":"one "},
                  {"type":"text","text":"<status>x</status>two"}]},
                 {"type":"tool_result","tool_use_id":"t2","content":"<status>only</status>"}]""")).isEqualTo("""
                [{"is_error":false,"tool_input":{"a":[0]},"tool_name":"Edit","tool_use_id":"t1","type":"tool_use"},\
                {"is_error":true,"tool_output":"one\\ntwo","tool_result_id":"t1","type":"tool_result"},\
                {"is_error":false,"tool_result_id":"t2","type":"tool_result"}]""");
    }

    @Test
    void projectsThinkingWithoutItsSignatureAndImagesWithTheirBytes() {
        assertThat(anthropic("""
                [{"type":"thinking","thinking":" hm ","signature":"s"},
                 {"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}},
                 {"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},
                 {"type":"text","text":" "}]""")).isEqualTo("""
                [{"is_error":false,"thinking":" hm ","type":"thinking"},\
                {"image_base64":"aGk=","is_error":false,"media_type":"image/png","type":"image"},\
                {"image_url":"https://example.com/a.png","is_error":false,"type":"image"}]""");
    }

    @Test
    void neverTakesDifferentDocumentsForTheSame() {
        // Given
        String document = """
                [{"type":"document","source":{"type":"text","data":"%s"},"cache_control":{"type":"ephemeral"}}]""";
        String resultWithImage = """
                [{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"see"},\
                {"type":"image","source":{"type":"base64","data":"%s"}}]}]""";
        String file = "[{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"%s\"}}]";

        for (String content : new String[] {document, resultWithImage, file}) {
            // When / Then
            assertThat(anthropic(content.formatted("a"))).isNotEqualTo(anthropic(content.formatted("b")));
        }
        assertThat(anthropic(document.formatted("a")))
                .as("a cache mark is not content")
                .isEqualTo(
                        anthropic(document.formatted("a").replace(",\"cache_control\":{\"type\":\"ephemeral\"}", "")))
                .contains("\"content\":{\"source\":{\"data\":\"a\",\"type\":\"text\"},\"type\":\"document\"}");
    }

    @Test
    void hashesBlocksOfTypesItDoesNotKnowWhateverTheirMembersAre() {
        assertThat(anthropic("""
                [{"type":"future","text":{"a":1},"id":7,"is_error":"no","content":[[]]}]""")).isEqualTo("""
                [{"content":{"content":[[]],"id":7,"is_error":"no","text":{"a":1},"type":"future"},"is_error":false,"type":"future"}]""");
    }

    @Test
    void countsOnlyTheFailedResultsThatAreNew() {
        // Given
        String failed = """
                {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","is_error":true,"content":"no"}]}""";
        String answer = "{\"role\":\"assistant\",\"content\":\"trying again\"}";
        String request = "{\"messages\":[" + String.join(",", failed, answer, failed, failed) + "]}";

        // When / Then
        assertThat(request(Provider.ANTHROPIC, request).toolErrors()).isEqualTo(2);
        assertThat(request(Provider.ANTHROPIC, "{\"messages\":[" + failed + "," + answer + "]}")
                        .toolErrors())
                .isZero();
    }

    @Test
    void namesThePathOfWhatIsWrong() {
        invalid("request", "");
        invalid("request", "{\"messages\":[");
        invalid("request", "[]");
        invalid("request", "[".repeat(300));
        invalid("request.messages", "{}");
        invalid("request.messages", "{\"messages\":{}}");
        invalid("request.model", "{\"model\":1,\"messages\":[]}");
        invalid("request.messages[0]", "{\"messages\":[7]}");
        invalid("request.messages[0].role", "{\"messages\":[{\"content\":\"x\"}]}");
        invalid("request.messages[0].role", "{\"messages\":[{\"role\":\"\",\"content\":\"x\"}]}");
        invalid(
                "request.messages[1].content",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"user\"}]}");
        invalid("request.messages[0].content", "{\"messages\":[{\"role\":\"user\",\"content\":5}]}");
        invalid("request.messages[0].content[0]", "{\"messages\":[{\"role\":\"user\",\"content\":[\"x\"]}]}");
        invalid("request.messages[0].content[0].type", "{\"messages\":[{\"role\":\"user\",\"content\":[{}]}]}");
        invalid(
                "request.messages[0].content[0].text",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":[1],\"type\":\"text\"}]}]}");
    }

    private static void invalid(String field, String json) {
        assertInvalid(Problem.UNPROCESSABLE_REQUEST, field, () -> request(Provider.ANTHROPIC, json));
    }
}
