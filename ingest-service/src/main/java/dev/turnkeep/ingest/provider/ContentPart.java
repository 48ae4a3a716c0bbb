package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.CanonicalJson.Form;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One part of an OpenAI message's content, of either API. A part that is not known is hashed by its canonical JSON. */
final class ContentPart {
    private final Document document;
    private @Nullable String type;
    private @Nullable String text;
    private @Nullable String refusal;
    private @Nullable String imageUrl;

    ContentPart(Document document) {
        this.document = document;
    }

    Block block(String path) throws IOException {
        int start = document.start();
        document.object(path, name -> member(path, name));
        RawJson given = document.since(start);
        if (type == null || type.isEmpty()) {
            throw document.wrong(path + ".type", "is required");
        }
        if (TextParts.isText(type) && text != null) {
            return new Block("text").text(text);
        }
        if (type.equals("refusal") && refusal != null) {
            return new Block(type).text(refusal);
        }
        if ((type.equals("image_url") || type.equals("input_image")) && imageUrl != null) {
            return new Block("image").imageUrl(imageUrl);
        }
        return new Block(type).content(document.again(given, path, again -> again.canonical(Form.WITHOUT_CACHE_MARKS)));
    }

    private void member(String path, String name) throws IOException {
        String at = path + "." + name;
        switch (name) {
            case "type" -> type = document.text(at);
            // What a part that is not known calls by the same name may be of any type.
            case "text" -> text = document.looseText();
            case "refusal" -> refusal = document.looseText();
            case "image_url" -> imageUrl = imageUrl(at);
            default -> document.skip();
        }
    }

    /** A string in Responses, an object with a {@code url} in chat completions. */
    private @Nullable String imageUrl(String path) throws IOException {
        if (!document.isObject()) {
            return document.looseText();
        }
        @Nullable String[] url = new @Nullable String[1];
        document.object(path, name -> {
            if (name.equals("url")) {
                url[0] = document.looseText();
            } else {
                document.skip();
            }
        });
        return url[0];
    }
}
