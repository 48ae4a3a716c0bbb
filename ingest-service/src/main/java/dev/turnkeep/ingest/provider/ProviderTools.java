package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.UsagePart;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What OpenAI charges for beside tokens: tools of its own that a response says it called, which its usage does not count. */
final class ProviderTools {
    private static final String OUTPUT = ProviderFormat.RAW_RESPONSE + ".output";
    /** Looking at a page that was found before is free. */
    private static final String SEARCH = "search";

    private ProviderTools() {}

    /** @param output the items of a response of the Responses API */
    static void count(RawJson output, UsageDetails details) {
        Document.read(output, Problem.UNPROCESSABLE_RESPONSE, OUTPUT, document -> {
            document.array(OUTPUT, i -> item(document, OUTPUT + "[" + i + "]", details));
            return details;
        });
    }

    private static void item(Document document, String path, UsageDetails details) throws IOException {
        @Nullable String[] type = new @Nullable String[1];
        @Nullable String[] action = new @Nullable String[1];
        document.object(path, name -> {
            switch (name) {
                case "type" -> type[0] = document.looseText();
                case "action" -> action[0] = action(document, path);
                default -> document.skip();
            }
        });
        switch (String.valueOf(type[0])) {
            case "web_search_call" -> {
                if (action[0] == null || action[0].equals(SEARCH)) {
                    details.add(UsagePart.WEB_SEARCHES, 1);
                }
            }
            case "file_search_call" -> details.add(UsagePart.FILE_SEARCHES, 1);
            case "image_generation_call" -> details.add(UsagePart.IMAGE_GENERATIONS, 1);
            default -> {
                // Tokens, or nothing that is charged by the call.
            }
        }
    }

    private static @Nullable String action(Document document, String path) throws IOException {
        if (!document.isObject()) {
            document.skip();
            return null;
        }
        @Nullable String[] type = new @Nullable String[1];
        document.object(path + ".action", name -> {
            if (name.equals("type")) {
                type[0] = document.looseText();
            } else {
                document.skip();
            }
        });
        return type[0];
    }
}
