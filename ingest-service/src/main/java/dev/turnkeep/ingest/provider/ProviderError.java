package dev.turnkeep.ingest.provider;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What providers say of a failure. Its message may hold a part of what was said, and is left alone. */
final class ProviderError {
    private ProviderError() {}

    /** The code at the current token: its own text, or the first of an object's members that name one; else null. */
    static @Nullable String code(Document document, String path) throws IOException {
        if (!document.isObject()) {
            String text = document.looseText();
            return text == null || text.contains(" ") ? null : text;
        }
        Map<String, String> texts = new HashMap<>();
        document.object(path, name -> {
            String text = document.looseText();
            if (text != null) {
                texts.put(name, text);
            }
        });
        String code = texts.get("code");
        String status = texts.get("status");
        return code != null ? code : status != null ? status : texts.get("type");
    }
}
