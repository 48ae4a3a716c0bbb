package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads Gemini's contents. The role {@code model} is {@code assistant} here, as with every other provider. Texts that
 * follow each other are one: clients send back what was streamed in as many parts as it came in, or in one.
 */
final class GeminiContents {
    static final String MODEL = "model";
    static final String ASSISTANT = "assistant";

    private final Document document;

    GeminiContents(Document document) {
        this.document = document;
    }

    /** An array of contents, or one alone. */
    Conversation read(String path) throws IOException {
        Conversation conversation = new Conversation();
        if (document.isArray()) {
            document.array(path, i -> content(path + "[" + i + "]", conversation));
        } else {
            content(path, conversation);
        }
        return conversation;
    }

    private void content(String path, Conversation conversation) throws IOException {
        int start = document.start();
        @Nullable String[] role = new @Nullable String[1];
        @Nullable RawJson[] parts = new @Nullable RawJson[1];
        List<Block> blocks = new ArrayList<>();
        document.object(path, name -> {
            switch (name) {
                case "role" -> role[0] = document.text(path + ".role");
                case "parts" -> {
                    int from = document.start();
                    blocks.clear();
                    blocks.addAll(blocks(path + ".parts"));
                    parts[0] = document.since(from);
                }
                default -> document.skip();
            }
        });
        RawJson whole = document.since(start);
        String said = role[0] == null || role[0].isEmpty() ? "user" : role[0];
        conversation.add(said.equals(MODEL) ? ASSISTANT : said, parts[0] == null ? whole : parts[0], blocks);
    }

    /** The blocks of the parts at the current token. */
    List<Block> blocks(String path) throws IOException {
        if (document.isNull()) {
            return List.of();
        }
        Joined joined = new Joined();
        document.array(path, i -> joined.add(new GeminiPart(document).read(path + "[" + i + "]")));
        return joined.finish();
    }

    /** Blocks in which the texts that follow each other are one. */
    private static final class Joined {
        private final List<Block> blocks = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private boolean thought;

        void add(GeminiPart part) {
            String piece = part.text();
            if (piece == null) {
                flush();
                blocks.add(part.block());
                return;
            }
            if (part.isThought() != thought) {
                flush();
                thought = part.isThought();
            }
            text.append(piece);
        }

        private void flush() {
            if (!text.isEmpty()) {
                blocks.add(
                        thought
                                ? new Block("thinking").thinking(text.toString())
                                : new Block("text").text(text.toString()));
                text.setLength(0);
            }
        }

        List<Block> finish() {
            flush();
            return blocks;
        }
    }
}
