package dev.turnkeep.e2e.analytics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.Turn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A turn whose cost genai-prices itself computed, of those that {@code PricesGoldenTest} compares with.
 *
 * @param nanoUsd null when it has no price
 */
record GoldenTurn(
        String provider,
        String model,
        JsonNode usage,
        @Nullable Long nanoUsd) {
    /** When all of them happen: long ago, whatever the clock of the machine. */
    static final Instant AT = Instant.parse("2025-06-30T12:00:00Z");

    private static final Path FILE =
            Path.of(System.getProperty("turnkeep.checkout", ".."), "contracts/src/test/resources/price/golden.jsonl");
    private static final Set<String> PROVIDERS = Set.of("anthropic", "openai", "gemini", "bedrock");
    private static final int EACH = 7;

    /** The same few usages of every model that ingest takes from its provider. */
    static List<GoldenTurn> all() throws IOException {
        Map<List<Object>, JsonNode> then = new LinkedHashMap<>();
        for (String text : Files.readAllLines(FILE)) {
            JsonNode line = Http.JSON.readTree(text);
            List<Object> turn =
                    List.of(line.get("provider").asText(), line.get("model").asText(), line.get("usage"));
            // Other times are in the file where the price was another than it is at the last of them.
            if (!then.containsKey(turn) || line.get("at").asText().equals(AT.toString())) {
                then.put(turn, line);
            }
        }
        Map<String, Integer> ofModel = new HashMap<>();
        List<GoldenTurn> all = new ArrayList<>();
        then.values().forEach(line -> {
            String provider = line.get("provider").asText();
            String model = line.get("model").asText();
            if (PROVIDERS.contains(provider) && ofModel.merge(provider + model, 1, Integer::sum) <= EACH) {
                JsonNode cost = line.get("nano_usd");
                all.add(new GoldenTurn(provider, model, line.get("usage"), cost.isNull() ? null : cost.asLong()));
            }
        });
        return all;
    }

    String name() {
        return provider + "|" + model;
    }

    ObjectNode posted(String session, String request, Instant at) {
        ObjectNode ofProvider = Http.JSON.createObjectNode().put("model", model);
        String messages = provider.equals("gemini") ? "contents" : "messages";
        ObjectNode message = ofProvider.putArray(messages).addObject().put("role", "user");
        switch (provider) {
            case "gemini" -> message.putArray("parts").addObject().put("text", request);
            case "bedrock" -> message.putArray("content").addObject().put("text", request);
            default -> message.put("content", request);
        }
        ObjectNode used = Http.JSON.createObjectNode();
        used.set("prompt_tokens", usage.get("input_tokens"));
        used.set("completion_tokens", usage.get("output_tokens"));
        used.set("cache_read_input_tokens", usage.get("cache_read_tokens"));
        used.set("cache_creation_input_tokens", usage.get("cache_write_tokens"));
        used.putObject("cache_creation").set("ephemeral_1h_input_tokens", usage.get("cache_write_1h_tokens"));
        used.set("reasoning_tokens", usage.get("reasoning_tokens"));
        return Turn.in(session)
                .request(request)
                .captured(at)
                .with("", "provider", TextNode.valueOf(provider))
                .with("", "request", ofProvider)
                .with("/response", "model", TextNode.valueOf(model))
                .with("/response", "usage", used)
                .json();
    }
}
