package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import dev.turnkeep.contracts.merkle.ContentWriter;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Calls of models as OpenTelemetry's semantic conventions for generative AI describe them, whoever served the model: its
 * {@code gen_ai.input.messages} are the request's {@code messages}, its {@code gen_ai.output.messages} the response's.
 */
public final class GenAiFormat {
    /** What an envelope calls it. */
    public static final String NAME = "otel_genai";

    /**
     * The member of {@code meta} that names a call for itself: whatever session it is told to be of, it is one turn of its
     * environment.
     */
    public static final String CALL_ID = "call_id";

    private static final String REQUEST = ProviderFormat.REQUEST;
    private static final String RESPONSE = "response";

    private GenAiFormat() {}

    /** Throws {@link Problem#UNPROCESSABLE_REQUEST}. A call without messages is one whose content was not captured. */
    public static ParsedRequest request(RawJson body) {
        return Document.read(body, Problem.UNPROCESSABLE_REQUEST, REQUEST, document -> {
            RequestParts parts = new RequestParts();
            document.object(REQUEST, name -> {
                switch (name) {
                    case "model" -> parts.model = document.text(REQUEST + ".model");
                    case "messages" -> parts.conversation = new GenAiMessages(document).read(REQUEST + ".messages");
                    case "system_instructions" -> parts.system = document.rawOrNull();
                    case "tool_definitions" -> parts.tools = document.rawOrNull();
                    default -> parts.other(name, document.raw());
                }
            });
            return parts.parsed(parts.conversation == null ? new Conversation() : parts.conversation);
        });
    }

    private static final class Answer {
        private final ResponseParts parts = new ResponseParts();
        private final TokenCounts usage = new TokenCounts();
        private @Nullable Conversation said;
        private @Nullable String finishReason;
    }

    /** Throws {@link Problem#UNPROCESSABLE_RESPONSE}. Of several messages the first counts: a turn has one response. */
    public static ParsedResponse response(RawJson body) {
        return Document.read(body, Problem.UNPROCESSABLE_RESPONSE, RESPONSE, document -> {
            Answer answer = new Answer();
            document.object(RESPONSE, name -> member(document, answer, name));
            Conversation said = answer.said;
            List<Block> blocks = said == null ? List.of() : said.lastBlocks();
            Message message = said == null
                    ? new Message("assistant", RawJson.of("[]"), new ContentWriter().finish())
                    : said.lastMessage();
            if (answer.parts.stopReason == null) {
                answer.parts.stopReason = answer.parts.error == null ? answer.finishReason : ParsedResponse.ERROR;
            }
            answer.parts.costNanoUsd = answer.usage.details.costNanoUsd();
            return answer.parts.parsed(message, blocks, total(answer.usage));
        });
    }

    private static void member(Document document, Answer answer, String name) throws IOException {
        String path = RESPONSE + "." + name;
        switch (name) {
            case "model" -> answer.parts.model = document.text(path);
            case "error" -> answer.parts.error = document.text(path);
            case "finish_reason" -> answer.parts.stopReason = document.text(path);
            case "usage" -> document.object(path, count -> count(document, answer.usage, path, count));
            case "messages" ->
                document.array(path, i -> {
                    if (i > 0) {
                        document.skip();
                        return;
                    }
                    GenAiMessages messages = new GenAiMessages(document);
                    Conversation said = new Conversation();
                    answer.finishReason = messages.message(path + "[0]", "assistant", said);
                    answer.said = said;
                });
            default -> document.skip();
        }
    }

    private static void count(Document document, TokenCounts usage, String path, String name) throws IOException {
        String at = path + "." + name;
        switch (name) {
            case "input_tokens" -> usage.input = document.count(at);
            case "output_tokens" -> usage.output = document.count(at);
            case "cache_read_tokens" -> usage.cacheRead = document.count(at);
            case "cache_write_tokens" -> usage.cacheWrite = document.count(at);
            case "reasoning_tokens" -> usage.reasoning = document.count(at);
            case "service_tier" -> usage.details.tier(document.looseText());
            default -> {
                Optional<UsagePart> part = UsagePart.named(name);
                if (part.isPresent()) {
                    usage.details.part(part.get(), document.count(at));
                } else if (!usage.details.cost(document, at, name)) {
                    document.skip();
                }
            }
        }
    }

    /** The conventions count cache reads and writes as input, and reasoning as output. */
    private static Usage total(TokenCounts usage) {
        Usage counts = new Usage(
                TokenCounts.orZero(usage.input),
                TokenCounts.orZero(usage.output),
                TokenCounts.orZero(usage.cacheRead),
                TokenCounts.orZero(usage.cacheWrite),
                0,
                TokenCounts.orZero(usage.reasoning));
        return usage.details.of(counts, usage.input == null || usage.output == null);
    }
}
