package dev.turnkeep.contracts.lifecycle;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link ModelUsage} as it is stored and shown: an array of flat objects whose members are named as a session's columns. */
public final class ModelUsageJson {
    private ModelUsageJson() {}

    public static String write(ModelUsage usage) {
        StringWriter text = new StringWriter(64 + 400 * usage.models().size());
        try (JsonGenerator json = Json.FACTORY.createGenerator(text)) {
            json.writeStartArray();
            for (ModelTotals model : usage.models()) {
                write(model, json);
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return text.toString();
    }

    private static void write(ModelTotals model, JsonGenerator json) throws IOException {
        Totals totals = model.totals();
        json.writeStartObject();
        json.writeStringField("provider", model.provider());
        if (model.model() != null) {
            json.writeStringField("model", model.model());
        }
        json.writeNumberField("turn_count", totals.turns());
        json.writeNumberField("main_turn_count", model.mainTurns());
        json.writeNumberField("late_turn_count", totals.lateTurns());
        json.writeNumberField("input_tokens", totals.inputTokens());
        json.writeNumberField("output_tokens", totals.outputTokens());
        json.writeNumberField("cache_read_tokens", totals.cacheReadTokens());
        json.writeNumberField("cache_write_tokens", totals.cacheWriteTokens());
        json.writeNumberField("reasoning_tokens", totals.reasoningTokens());
        json.writeNumberField("tool_calls", totals.toolCalls());
        json.writeNumberField("tool_errors", totals.toolErrors());
        json.writeNumberField("cost_nano_usd", totals.costNanoUsd());
        json.writeNumberField("unpriced_turns", totals.unpricedTurns());
        json.writeEndObject();
    }

    /** @throws IllegalArgumentException for what {@link #write} does not write */
    public static ModelUsage parse(String text) {
        List<ModelTotals> models = new ArrayList<>();
        try (JsonParser parser = Json.FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new IllegalArgumentException("the usage of models is an array");
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                models.add(model(parser));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("the usage of models is JSON", e);
        }
        return new ModelUsage(models);
    }

    private static ModelTotals model(JsonParser parser) throws IOException {
        Map<String, Long> numbers = new HashMap<>();
        String provider = null;
        String model = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.VALUE_NUMBER_INT) {
                numbers.put(name, parser.getLongValue());
            } else if (name.equals("provider")) {
                provider = parser.getText();
            } else if (name.equals("model")) {
                model = parser.getText();
            }
        }
        if (provider == null) {
            throw new IllegalArgumentException("a model has a provider");
        }
        return model(provider, model, numbers);
    }

    private static ModelTotals model(String provider, @Nullable String model, Map<String, Long> numbers) {
        return new ModelTotals(
                provider,
                model,
                number(numbers, "main_turn_count"),
                new Totals(
                        number(numbers, "turn_count"),
                        number(numbers, "late_turn_count"),
                        number(numbers, "input_tokens"),
                        number(numbers, "output_tokens"),
                        number(numbers, "cache_read_tokens"),
                        number(numbers, "cache_write_tokens"),
                        number(numbers, "reasoning_tokens"),
                        number(numbers, "tool_calls"),
                        number(numbers, "tool_errors"),
                        number(numbers, "cost_nano_usd"),
                        number(numbers, "unpriced_turns")));
    }

    private static long number(Map<String, Long> numbers, String name) {
        return numbers.getOrDefault(name, 0L);
    }
}
