package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.json.Utf8;
import dev.turnkeep.contracts.merkle.Block;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Anthropic's Messages API. */
final class AnthropicFormat implements ProviderFormat {
    private static final String MESSAGES = REQUEST + ".messages";

    @Override
    public ParsedRequest request(RawJson body) {
        return Document.read(body, Problem.UNPROCESSABLE_REQUEST, REQUEST, document -> {
            RequestParts parts = new RequestParts();
            document.object(REQUEST, name -> {
                switch (name) {
                    case "model" -> parts.model = document.text(REQUEST + ".model");
                    case "messages" -> parts.conversation = messages(document);
                    case "system" -> parts.system = document.rawOrNull();
                    case "tools" -> parts.tools = document.rawOrNull();
                    default -> parts.other(name, document.raw());
                }
            });
            if (parts.conversation == null) {
                throw document.wrong(MESSAGES, "is required");
            }
            return parts.parsed(parts.conversation);
        });
    }

    private static Conversation messages(Document document) throws IOException {
        Conversation conversation = new Conversation();
        AnthropicContent reader = new AnthropicContent(document);
        document.array(MESSAGES, i -> message(document, reader, MESSAGES + "[" + i + "]", conversation));
        return conversation;
    }

    private static final class Parts {
        private @Nullable String role;
        private @Nullable RawJson content;
        private List<Block> blocks = List.of();
    }

    private static void message(Document document, AnthropicContent reader, String path, Conversation conversation)
            throws IOException {
        Parts parts = new Parts();
        document.object(path, name -> {
            switch (name) {
                case "role" -> parts.role = document.requiredText(path + ".role");
                case "content" -> {
                    int start = document.start();
                    parts.blocks = reader.blocks(path + ".content");
                    parts.content = document.since(start);
                }
                default -> document.skip();
            }
        });
        if (parts.role == null) {
            throw document.wrong(path + ".role", "is required");
        }
        if (parts.content == null) {
            throw document.wrong(path + ".content", "is required");
        }
        conversation.add(parts.role, parts.content, parts.blocks);
    }

    @Override
    public ParsedResponse rawResponse(RawResponse response) {
        RawJson body = response.body();
        if (response.isStream()) {
            return AnthropicStream.reduce(body);
        }
        if (Utf8.firstInvalid(body.array(), body.offset(), body.length()) >= 0) {
            throw new Invalid(Problem.UNPROCESSABLE_RESPONSE, RAW_RESPONSE, RAW_RESPONSE + ": is not valid UTF-8");
        }
        return Document.read(body, Problem.UNPROCESSABLE_RESPONSE, RAW_RESPONSE, AnthropicFormat::message);
    }

    private static ParsedResponse message(Document document) throws IOException {
        AnthropicMessage message = new AnthropicMessage();
        document.object(RAW_RESPONSE, name -> {
            if (name.equals("content")) {
                message.content = document.rawOrNull();
            } else {
                message.head(document, RAW_RESPONSE, name);
            }
        });
        message.usageIsFinal = true;
        return message.parsed(message.stopReason);
    }
}
