package dev.turnkeep.contracts.turn;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parts of a usage as an object of counts, in storage. */
public final class UsagePartsJson {
    private UsagePartsJson() {}

    /** Null when there are none. */
    public static @Nullable String write(Map<UsagePart, Long> parts) {
        if (parts.isEmpty()) {
            return null;
        }
        StringWriter text = new StringWriter(64);
        try (JsonGenerator json = Json.FACTORY.createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<UsagePart, Long> part : new EnumMap<>(parts).entrySet()) {
                json.writeNumberField(part.getKey().key(), part.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return text.toString();
    }

    /**
     * Reads what {@link #write} wrote; parts that are not known are left out.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Map<UsagePart, Long> parse(@Nullable String text) {
        if (text == null) {
            return Map.of();
        }
        Map<UsagePart, Long> parts = new EnumMap<>(UsagePart.class);
        try (JsonParser json = Json.FACTORY.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("no object");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                long count = json.getLongValue();
                UsagePart.named(name).ifPresent(part -> parts.put(part, count));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("no object of counts", e);
        }
        return parts;
    }
}
