package dev.turnkeep.session.channel.fork;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.channel.log.Offset;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants of a fork.
 *
 * @param external the new session's name; null for none
 * @param places by channel, where its copy ends; a channel that is not named is copied whole
 */
record ForkWish(@Nullable ExternalId external, Map<String, Place> places) {
    private static final Set<String> MEMBERS = Set.of("external_id", "channels");
    private static final String FRIENDLY = "session_";

    ForkWish {
        places = Map.copyOf(places);
    }

    /** Before which record a copy ends. */
    sealed interface Place {
        /** Counted from 0, as readers count them. */
        record Message(long number) implements Place {}

        record At(Offset offset) implements Place {}
    }

    /** The same for the same places, in whatever order they were given. */
    String text() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(places).forEach((channel, place) -> text.append(channel)
                .append('=')
                .append(
                        switch (place) {
                            case Place.Message(long number) -> Long.toString(number);
                            case Place.At(Offset offset) -> offset.toString();
                        })
                .append('\n'));
        return text.toString();
    }

    static ForkWish of(byte[] body, ObjectMapper mapper) {
        if (body.length == 0) {
            return new ForkWish(null, Map.of());
        }
        JsonNode wish;
        try {
            wish = mapper.readTree(body);
        } catch (IOException e) {
            throw new Invalid(Problem.MALFORMED, null, "the body is not valid JSON");
        }
        if (!wish.isObject()) {
            throw new Invalid(Problem.MALFORMED, null, "the body must be an object");
        }
        wish.fieldNames().forEachRemaining(name -> {
            if (!MEMBERS.contains(name)) {
                throw new Invalid(Problem.MALFORMED, null, "the body has external_id and channels only");
            }
        });
        return new ForkWish(external(wish.path("external_id")), places(wish.path("channels")));
    }

    private static @Nullable ExternalId external(JsonNode name) {
        if (name.isMissingNode() || name.isNull()) {
            return null;
        }
        if (!name.isTextual() || name.asText().strip().startsWith(FRIENDLY)) {
            throw Invalid.field("external_id", "a text that does not begin with session_");
        }
        return new ExternalId(name.asText().strip());
    }

    private static Map<String, Place> places(JsonNode channels) {
        if (channels.isMissingNode()) {
            return Map.of();
        }
        if (!channels.isObject()) {
            throw Invalid.field("channels", "an object of channels");
        }
        Map<String, Place> places = new LinkedHashMap<>();
        channels.properties().forEach(channel -> places.put(channel.getKey(), place(channel.getValue())));
        return places;
    }

    private static Place place(JsonNode place) {
        if (place.isIntegralNumber() && place.canConvertToLong() && place.asLong() >= 0) {
            return new Place.Message(place.asLong());
        }
        return Offset.parse(place.asText(""))
                .map(offset -> (Place) new Place.At(offset))
                .orElseThrow(() -> Invalid.field("channels", "the number of a message from 0, or an offset"));
    }
}
