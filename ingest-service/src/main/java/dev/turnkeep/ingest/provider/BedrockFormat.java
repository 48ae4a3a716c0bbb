package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Amazon Bedrock's Converse API. The model stands in the request's path, and only in some clients' bodies. */
final class BedrockFormat implements ProviderFormat {
    private static final String MESSAGES = REQUEST + ".messages";

    @Override
    public ParsedRequest request(RawJson body) {
        return Document.read(body, Problem.UNPROCESSABLE_REQUEST, REQUEST, document -> {
            RequestParts parts = new RequestParts();
            document.object(REQUEST, name -> {
                switch (name) {
                    case "modelId" -> parts.model = document.text(REQUEST + ".modelId");
                    case "messages" -> parts.conversation = messages(document);
                    case "system" -> parts.system = document.rawOrNull();
                    case "toolConfig" -> parts.tools = document.rawOrNull();
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
        document.array(MESSAGES, i -> message(document, MESSAGES + "[" + i + "]", conversation));
        return conversation;
    }

    private static void message(Document document, String path, Conversation conversation) throws IOException {
        @Nullable String[] role = new @Nullable String[1];
        @Nullable RawJson[] content = new @Nullable RawJson[1];
        document.object(path, name -> {
            switch (name) {
                case "role" -> role[0] = document.requiredText(path + ".role");
                case "content" -> content[0] = document.rawOrNull();
                default -> document.skip();
            }
        });
        if (role[0] == null) {
            throw document.wrong(path + ".role", "is required");
        }
        if (content[0] == null) {
            throw document.wrong(path + ".content", "is required");
        }
        String at = path + ".content";
        conversation.add(
                role[0], content[0], document.again(content[0], at, again -> new BedrockContent(again).blocks(at)));
    }

    @Override
    public ParsedResponse rawResponse(RawResponse response) {
        byte first = StreamEvents.firstByte(response.body());
        boolean json = first == '{' || first == '[';
        return BedrockReply.reduce(json ? new JsonValues(response.body()) : new EventStreamFrames(response.body()));
    }
}
