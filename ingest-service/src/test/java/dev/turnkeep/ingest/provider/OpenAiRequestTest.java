package dev.turnkeep.ingest.provider;

import static dev.turnkeep.ingest.provider.Parsing.assertInvalid;
import static dev.turnkeep.ingest.provider.Parsing.chat;
import static dev.turnkeep.ingest.provider.Parsing.item;
import static dev.turnkeep.ingest.provider.Parsing.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.problem.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenAiRequestTest {
    @Test
    void keepsTheContentOfAPlainChatMessageAndTheWholeOfAnyOther() {
        // Given
        String json = """
                {"model":"m","messages":[{"role":"system","content":"be brief"},{"role":"user","content":[{"type":"text","text":"hi"}]},
                {"role":"user","content":"named","name":"ann"},{"role":"assistant","content":null}],"temperature":0.2,"input":1}""";

        // When
        ParsedRequest request = request(Provider.OPENAI, json);

        // Then
        assertThat(request.system()).isNull();
        assertThat(request.params()).hasToString("{\"temperature\":0.2,\"input\":1}");
        assertThat(request.messages()).extracting(Message::role).containsExactly("system", "user", "user", "assistant");
        assertThat(request.messages())
                .extracting(message -> message.content().toString())
                .containsExactly(
                        "\"be brief\"",
                        "[{\"type\":\"text\",\"text\":\"hi\"}]",
                        "{\"role\":\"user\",\"content\":\"named\",\"name\":\"ann\"}",
                        "{\"role\":\"assistant\",\"content\":null}");
        assertThat(request.messages().getLast().projection()).hasToString("[]");
    }

    @Test
    void projectsChatToolCallsAndKeepsArgumentsThatAreNoObject() {
        assertThat(chat("""
                {"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\\"b\\": 2, \\"a\\": 0}"}},
                {"id":"c2","type":"function","function":{"name":"f","arguments":"{\\"b\\": "}},
                {"id":"c3","type":"function","function":{"name":"f","arguments":"{} {}"}},
                {"id":"c4","type":"function","function":{"name":"f","arguments":"[1]"}},
                {"id":"c5","type":"custom","custom":{"name":"g","input":"free"}}],"content":"on it","role":"assistant"}""")).isEqualTo("""
                [{"is_error":false,"text":"on it","type":"text"},\
                {"is_error":false,"tool_input":{"b":2},"tool_name":"f","tool_use_id":"c1","type":"tool_use"},\
                {"is_error":false,"tool_input":"{\\"b\\": ","tool_name":"f","tool_use_id":"c2","type":"tool_use"},\
                {"is_error":false,"tool_input":"{} {}","tool_name":"f","tool_use_id":"c3","type":"tool_use"},\
                {"is_error":false,"tool_input":"[1]","tool_name":"f","tool_use_id":"c4","type":"tool_use"},\
                {"is_error":false,"tool_input":{"input":"free"},"tool_name":"g","tool_use_id":"c5","type":"tool_use"}]""");
    }

    @Test
    void joinsTheTextsOfAChatToolResult() {
        assertThat(chat("""
                {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]}""")).isEqualTo("""
                [{"is_error":false,"tool_output":"one\\ntwo","tool_result_id":"c1","type":"tool_result"}]""");
        assertThat(chat("{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"plain\"}"))
                .isEqualTo("""
                [{"is_error":false,"tool_output":"plain","tool_result_id":"c1","type":"tool_result"}]""");
    }

    @Test
    void projectsPicturesRefusalsAndPartsItDoesNotKnow() {
        assertThat(chat("""
                {"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"low"}},
                {"type":"file","file":{"file_id":"f1"}},{"type":"refusal","refusal":"no"}]}""")).isEqualTo("""
                [{"image_url":"https://example.com/a.png","is_error":false,"type":"image"},\
                {"content":{"file":{"file_id":"f1"},"type":"file"},"is_error":false,"type":"file"},\
                {"is_error":false,"text":"no","type":"refusal"}]""");
        assertThat(chat("{\"role\":\"assistant\",\"content\":null,\"refusal\":\"no\"}"))
                .isEqualTo("""
                [{"is_error":false,"text":"no","type":"refusal"}]""");
    }

    @Test
    void readsATextAsTheInputOfResponses() {
        // When
        ParsedRequest request = request(Provider.OPENAI, """
                {"model":"m","input":"hi","instructions":"be brief","store":false,"tools":[]}""");

        // Then
        assertThat(request.system()).hasToString("\"be brief\"");
        assertThat(request.tools()).hasToString("[]");
        assertThat(request.params()).hasToString("{\"store\":false}");
        assertThat(request.messages())
                .extracting(message -> message.role() + " " + message.content() + " " + message.projection())
                .containsExactly("user \"hi\" [{\"is_error\":false,\"text\":\"hi\",\"type\":\"text\"}]");
    }

    @Test
    void readsEachItemOfResponsesAsOneMessage() {
        // Given
        List<String> items = """
                {"role":"developer","content":[{"type":"input_text","text":"rules"}]}
                {"type":"reasoning","summary":[{"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],"encrypted_content":"x"}
                {"type":"function_call","id":"i","call_id":"c1","name":"f","arguments":"{\\"a\\":1}"}
                {"type":"function_call_output","call_id":"c1","output":"done"}
                {"type":"custom_tool_call","call_id":"c2","name":"exec","input":"ls"}
                {"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]}
                {"type":"web_search_call","id":"w1","status":"completed"}
                """.lines().toList();

        // When
        ParsedRequest request = request(Provider.OPENAI, "{\"input\":[" + String.join(",", items) + "]}");

        // Then
        assertThat(request.messages())
                .extracting(message -> message.role() + " " + message.projection())
                .containsExactly(
                        "developer [{\"is_error\":false,\"text\":\"rules\",\"type\":\"text\"}]",
                        "assistant [{\"is_error\":false,\"thinking\":\"a\\nb\",\"type\":\"thinking\"}]",
                        "assistant [{\"is_error\":false,\"tool_input\":{\"a\":1},\"tool_name\":\"f\",\"tool_use_id\":\"c1\",\"type\":\"tool_use\"}]",
                        "tool [{\"is_error\":false,\"tool_output\":\"done\",\"tool_result_id\":\"c1\",\"type\":\"tool_result\"}]",
                        "assistant [{\"is_error\":false,\"tool_input\":{\"input\":\"ls\"},\"tool_name\":\"exec\",\"tool_use_id\":\"c2\",\"type\":\"tool_use\"}]",
                        "tool [{\"is_error\":false,\"tool_output\":\"ab\",\"tool_result_id\":\"c2\",\"type\":\"tool_result\"}]",
                        "assistant [{\"content\":{\"id\":\"w1\",\"status\":\"completed\",\"type\":\"web_search_call\"},\"is_error\":false,\"type\":\"web_search_call\"}]");
        assertThat(request.messages())
                .extracting(message -> message.content().toString())
                .isEqualTo(items);
    }

    @Test
    void neverTakesDifferentPicturesInAResultForTheSame() {
        // Given
        String output = """
                {"type":"function_call_output","call_id":"c","output":[{"type":"input_image","image_url":"%s"}]}""";

        // When / Then
        assertThat(item(output.formatted("a"))).isNotEqualTo(item(output.formatted("b")));
    }

    @Test
    void namesThePathOfWhatIsWrong() {
        invalid("request.messages", "{}");
        invalid("request.messages", "{\"messages\":null,\"input\":null}");
        invalid("request.messages", "{\"messages\":\"x\"}");
        invalid("request.messages[0].role", "{\"messages\":[{}]}");
        invalid("request.messages[0].content", "{\"messages\":[{\"role\":\"user\",\"content\":1}]}");
        invalid(
                "request.messages[0].content[0].type",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"x\"}]}]}");
        invalid("request.messages[0].tool_calls", "{\"messages\":[{\"role\":\"a\",\"tool_calls\":{}}]}");
        invalid(
                "request.messages[0].tool_calls[0].function.arguments",
                "{\"messages\":[{\"role\":\"a\",\"tool_calls\":[{\"function\":{\"arguments\":{}}}]}]}");
        invalid("request.input", "{\"input\":5}");
        invalid("request.input[0]", "{\"input\":[5]}");
        invalid("request.input[0].type", "{\"input\":[{}]}");
        invalid("request.input[0].role", "{\"input\":[{\"type\":\"message\"}]}");
        invalid("request.input[0].content", "{\"input\":[{\"role\":\"user\",\"content\":{}}]}");
    }

    @Test
    void listsTheProvidersThatItKnows() {
        assertThat(Provider.named("anthropic")).isEqualTo(Provider.ANTHROPIC);
        assertInvalid(Problem.UNSUPPORTED_PROVIDER, "provider", () -> Provider.named("Anthropic"));
        assertInvalid(Problem.UNSUPPORTED_PROVIDER, "provider", () -> Provider.named(null));
        assertThatThrownBy(() -> Provider.named("secret"))
                .hasMessage("provider: must be one of anthropic, bedrock, gemini, ollama, openai");
    }

    private static void invalid(String field, String json) {
        assertInvalid(Problem.UNPROCESSABLE_REQUEST, field, () -> request(Provider.OPENAI, json));
    }
}
