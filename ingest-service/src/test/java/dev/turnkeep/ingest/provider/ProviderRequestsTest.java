package dev.turnkeep.ingest.provider;

import static dev.turnkeep.ingest.provider.Parsing.only;
import static dev.turnkeep.ingest.provider.Parsing.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.problem.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProviderRequestsTest {
    private static final String HELLO = "[{\"is_error\":false,\"text\":\"hello\",\"type\":\"text\"}]";

    @Test
    void aPlainMessageHashesAlikeWithEveryProvider() {
        assertThat(only(Provider.ANTHROPIC, "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"))
                .isEqualTo(HELLO);
        assertThat(only(Provider.OPENAI, "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"))
                .isEqualTo(HELLO);
        assertThat(only(Provider.OLLAMA, "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"))
                .isEqualTo(HELLO);
        assertThat(only(Provider.OLLAMA, "{\"model\":\"m\",\"prompt\":\"hello\"}"))
                .isEqualTo(HELLO);
        assertThat(only(Provider.GEMINI, "{\"contents\":{\"parts\":[{\"text\":\"hel\"},{\"text\":\"lo\"}]}}"))
                .isEqualTo(HELLO);
        assertThat(
                        only(
                                Provider.BEDROCK,
                                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hello\"},{\"cachePoint\":{\"type\":\"default\"}}]}]}"))
                .isEqualTo(HELLO);
    }

    @Test
    void takesAnOllamaChatApart() {
        // Given
        ParsedRequest request = request(Provider.OLLAMA, """
                {"model":"llama3.2","stream":true,"options":{"seed":1},"tools":[{"type":"function"}],"messages":[
                {"role":"system","content":"Be terse."},{"role":"user","content":"What is this?","images":["aGk="]},
                {"role":"assistant","content":"","thinking":"hm","tool_calls":[{"function":{"name":"look","arguments":{"at":"it","n":0}}}]},
                {"role":"tool","tool_name":"look","content":"a cat"}]}""");

        // Then
        assertThat(request.model()).isEqualTo("llama3.2");
        assertThat(request.tools()).hasToString("[{\"type\":\"function\"}]");
        assertThat(request.params()).hasToString("{\"stream\":true,\"options\":{\"seed\":1}}");
        assertThat(request.messages()).extracting(Message::role).containsExactly("system", "user", "assistant", "tool");
        assertThat(projection(request, 1))
                .contains("\"text\":\"What is this?\"")
                .contains("{\"image_base64\":\"aGk=\",\"is_error\":false,\"type\":\"image\"}");
        assertThat(projection(request, 2))
                .isEqualTo(
                        "[{\"is_error\":false,\"thinking\":\"hm\",\"type\":\"thinking\"},"
                                + "{\"is_error\":false,\"tool_input\":{\"at\":\"it\"},\"tool_name\":\"look\",\"type\":\"tool_use\"}]");
        assertThat(projection(request, 3))
                .isEqualTo(
                        "[{\"is_error\":false,\"tool_name\":\"look\",\"tool_output\":\"a cat\",\"type\":\"tool_result\"}]");
    }

    @Test
    void takesAGeminiRequestApart() {
        // Given
        ParsedRequest request = request(Provider.GEMINI, """
                {"systemInstruction":{"parts":[{"text":"Be terse."}]},"generationConfig":{"temperature":1.0},
                "tools":[{"googleSearch":{}}],"contents":[
                {"role":"user","parts":[{"text":"Look"},{"inline_data":{"mime_type":"image/png","data":"aGk="}},{"fileData":{"fileUri":"u"}}]},
                {"role":"model","parts":[{"text":"hm","thought":true},{"functionCall":{"id":"c","name":"f","args":{"a":1}},"thoughtSignature":"s"}]},
                {"role":"user","parts":[{"functionResponse":{"id":"c","name":"f","response":{"error":"no such file"}}}]}]}""");

        // Then
        assertThat(request.system()).hasToString("{\"parts\":[{\"text\":\"Be terse.\"}]}");
        assertThat(request.params()).hasToString("{\"generationConfig\":{\"temperature\":1.0}}");
        assertThat(request.messages()).extracting(Message::role).containsExactly("user", "assistant", "user");
        assertThat(projection(request, 0))
                .contains(
                        "{\"image_base64\":\"aGk=\",\"is_error\":false,\"media_type\":\"image/png\",\"type\":\"image\"}")
                .contains("{\"content\":{\"fileData\":{\"fileUri\":\"u\"}},\"is_error\":false,\"type\":\"fileData\"}");
        assertThat(projection(request, 1))
                .contains("\"thinking\":\"hm\"")
                .contains("\"tool_input\":{\"a\":1}")
                .doesNotContain("thoughtSignature");
        assertThat(projection(request, 2)).contains("\"is_error\":true").contains("no such file");
        assertThat(request.toolErrors()).isEqualTo(1);
    }

    @Test
    void takesAConverseRequestApart() {
        // Given
        ParsedRequest request = request(Provider.BEDROCK, """
                {"modelId":"anthropic.claude-3-5-sonnet-20241022-v2:0","system":[{"text":"Be terse."}],"toolConfig":{"tools":[]},
                "inferenceConfig":{"maxTokens":64},"messages":[
                {"role":"user","content":[{"text":"Look"},{"image":{"format":"png","source":{"bytes":"aGk="}}},{"document":{"name":"d"}}]},
                {"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},
                {"reasoningContent":{"redactedContent":"xyz"}},{"toolUse":{"toolUseId":"t","name":"f","input":{"a":1}}}]},
                {"role":"user","content":[{"toolResult":{"toolUseId":"t","status":"error","content":[{"text":"no"},{"json":{"b":2}},{"text":"way"}]}}]}]}""");

        // Then
        assertThat(request.model()).isEqualTo("anthropic.claude-3-5-sonnet-20241022-v2:0");
        assertThat(request.tools()).hasToString("{\"tools\":[]}");
        assertThat(projection(request, 0))
                .contains("\"media_type\":\"image/png\"")
                .contains("{\"content\":{\"document\":{\"name\":\"d\"}},\"is_error\":false,\"type\":\"document\"}");
        assertThat(projection(request, 1))
                .contains("\"thinking\":\"hm\"")
                .contains(
                        "{\"content\":{\"reasoningContent\":{\"redactedContent\":\"xyz\"}},\"is_error\":false,\"type\":\"reasoningContent\"}")
                .doesNotContain("signature");
        assertThat(projection(request, 2))
                .contains("\"tool_output\":\"no\\nway\"")
                .contains("[{\"json\":{\"b\":2}}]");
        assertThat(request.toolErrors()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OLLAMA | {} | request.messages",
                "OLLAMA | {\"messages\":[{\"content\":\"x\"}]} | request.messages[0].role",
                "OLLAMA | {\"messages\":[{\"role\":\"user\",\"content\":[]}]} | request.messages[0].content",
                "OLLAMA | {\"prompt\":7} | request.prompt",
                "GEMINI | {} | request.contents",
                "GEMINI | {\"contents\":7} | request.contents",
                "GEMINI | {\"contents\":[{\"parts\":[{\"text\":7}]}]} | request.contents[0].parts[0].text",
                "BEDROCK | {} | request.messages",
                "BEDROCK | {\"messages\":[{\"role\":\"user\"}]} | request.messages[0].content",
                "BEDROCK | {\"messages\":[{\"role\":\"user\",\"content\":[{}]}]} | request.messages[0].content[0]",
            })
    void saysWhatIsWrongWithARequest(Provider provider, String body, String field) {
        Parsing.assertInvalid(Problem.UNPROCESSABLE_REQUEST, field, () -> request(provider, body));
    }

    private static String projection(ParsedRequest request, int message) {
        return request.messages().get(message).projection().toString();
    }
}
