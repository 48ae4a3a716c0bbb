package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import dev.turnkeep.contracts.problem.Problem;
import java.util.ArrayList;
import java.util.List;

/** Ollama's two APIs: chat, which has {@code messages}, and generate, which has a {@code prompt} instead. */
final class OllamaFormat implements ProviderFormat {
    private static final String MESSAGES = REQUEST + ".messages";
    private static final String PROMPT = REQUEST + ".prompt";
    private static final String IMAGES = REQUEST + ".images";

    @Override
    public ParsedRequest request(RawJson body) {
        return Document.read(body, Problem.UNPROCESSABLE_REQUEST, REQUEST, document -> {
            RequestParts parts = new RequestParts();
            document.object(REQUEST, name -> {
                switch (name) {
                    case "model" -> parts.model = document.text(REQUEST + ".model");
                    case "messages" ->
                        parts.conversation = document.isNull() ? null : new OllamaMessages(document).read(MESSAGES);
                    case "system" -> parts.system = document.rawOrNull();
                    case "tools" -> parts.tools = document.rawOrNull();
                    default -> parts.other(name, document.raw());
                }
            });
            return parts.parsed(parts.conversation == null ? prompted(document, parts) : parts.conversation);
        });
    }

    /** The prompt and its images are what a user says. */
    private static Conversation prompted(Document document, RequestParts parts) {
        RawJson prompt = parts.takeOther("prompt");
        if (prompt == null) {
            throw document.wrong(MESSAGES, "is required, or " + PROMPT);
        }
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Block("text").text(document.again(prompt, PROMPT, again -> again.text(PROMPT))));
        RawJson images = parts.takeOther("images");
        if (images == null) {
            return said(prompt, blocks);
        }
        blocks.addAll(document.again(images, IMAGES, again -> OllamaMessages.images(again, IMAGES)));
        return said(new JsonObject().put("prompt", prompt).put("images", images).toJson(), blocks);
    }

    private static Conversation said(RawJson content, List<Block> blocks) {
        Conversation conversation = new Conversation();
        conversation.add("user", content, blocks);
        return conversation;
    }

    @Override
    public ParsedResponse rawResponse(RawResponse response) {
        return OllamaReply.reduce(StreamEvents.of(response.body()));
    }
}
