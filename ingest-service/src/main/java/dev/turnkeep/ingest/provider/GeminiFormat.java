package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Problem;

/** Google's generateContent, streamed or not. Members may have their snake case names, as in every proto JSON. */
final class GeminiFormat implements ProviderFormat {
    private static final String CONTENTS = REQUEST + ".contents";

    @Override
    public ParsedRequest request(RawJson body) {
        return Document.read(body, Problem.UNPROCESSABLE_REQUEST, REQUEST, document -> {
            RequestParts parts = new RequestParts();
            document.object(REQUEST, name -> {
                switch (name) {
                    case "model" -> parts.model = document.text(REQUEST + ".model");
                    case "contents" -> parts.conversation = new GeminiContents(document).read(CONTENTS);
                    case "systemInstruction", "system_instruction" -> parts.system = document.rawOrNull();
                    case "tools" -> parts.tools = document.rawOrNull();
                    default -> parts.other(name, document.raw());
                }
            });
            if (parts.conversation == null) {
                throw document.wrong(CONTENTS, "is required");
            }
            return parts.parsed(parts.conversation);
        });
    }

    @Override
    public ParsedResponse rawResponse(RawResponse response) {
        return GeminiReply.reduce(StreamEvents.of(response.body()));
    }
}
