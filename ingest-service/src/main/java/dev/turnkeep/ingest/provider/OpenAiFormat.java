package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;

/** OpenAI's two APIs: chat completions, which has {@code messages}, and Responses, which has {@code input} instead. */
final class OpenAiFormat implements ProviderFormat {
    private static final String MESSAGES = REQUEST + ".messages";
    private static final String INPUT = REQUEST + ".input";

    @Override
    public ParsedRequest request(RawJson body) {
        return Document.read(body, Problem.UNPROCESSABLE_REQUEST, REQUEST, document -> {
            RequestParts parts = new RequestParts();
            document.object(REQUEST, name -> member(document, parts, name));
            if (parts.conversation != null) {
                return parts.parsed(parts.conversation);
            }
            RawJson input = parts.takeOther("input");
            if (input == null || input.equals(RawJson.of("null"))) {
                throw document.wrong(MESSAGES, "is required, or " + INPUT);
            }
            parts.system = parts.takeOther("instructions");
            return parts.parsed(document.again(input, INPUT, again -> new ResponsesItems(again).read(INPUT)));
        });
    }

    private static void member(Document document, RequestParts parts, String name) throws IOException {
        switch (name) {
            case "model" -> parts.model = document.text(REQUEST + ".model");
            case "messages" ->
                parts.conversation = document.isNull() ? null : new ChatMessages(document).read(MESSAGES);
            case "tools" -> parts.tools = document.rawOrNull();
            default -> parts.other(name, document.raw());
        }
    }

    @Override
    public ParsedResponse rawResponse(RawResponse response) {
        return isChat(response.body())
                ? ChatCompletion.reduce(StreamEvents.of(response.body()))
                : ResponsesStream.reduce(StreamEvents.of(response.body()));
    }

    /** Its first piece that can be read tells: only chat completions have choices. */
    private static boolean isChat(RawJson body) {
        Boolean found = new Pieces(StreamEvents.of(body)).first(document -> {
            boolean[] choices = new boolean[1];
            document.object(RAW_RESPONSE, name -> {
                choices[0] |= name.equals("choices");
                document.skip();
            });
            return choices[0];
        });
        return Boolean.TRUE.equals(found);
    }
}
