package dev.turnkeep.session.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;

/** How runs of a session are to be made. Turnkeep makes none: it keeps the members that clients know, and hands them on. */
record TriggerConfig(String json) {
    private static final int TEXT = 128;
    private static final int LONG_TEXT = 1024;
    private static final int TAGS = 10;
    private static final Set<String> MACHINES =
            Set.of("micro", "small-1x", "small-2x", "medium-1x", "medium-2x", "large-1x", "large-2x");

    static TriggerConfig of(Fields fields) {
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        kept.set(
                "basePayload",
                fields.where("basePayload", "Expected an object", JsonNode::isObject)
                        .orElseThrow(() -> Fields.refused("triggerConfig.basePayload", "Required")));
        keep(kept, fields, "machine", "A machine preset", value -> MACHINES.contains(value.asText()));
        keep(kept, fields, "queue", "A string of at most " + TEXT, value -> isText(value, TEXT));
        keep(kept, fields, "concurrency", "At most 2 names", TriggerConfig::areNames);
        fields.where("concurrencyKey", "A string or a number", value -> isText(value, LONG_TEXT) || value.isNumber())
                .ifPresent(value -> kept.put("concurrencyKey", value.asText()));
        fields.texts("tags", TAGS, TEXT).ifPresent(tags -> tags.forEach(kept.withArray("tags")::add));
        keep(kept, fields, "maxAttempts", "An integer of 1..10", value -> isInt(value, 1, 10));
        keep(kept, fields, "maxDuration", "A positive integer", value -> isInt(value, 1, Integer.MAX_VALUE));
        keep(kept, fields, "lockToVersion", "A string", value -> isText(value, LONG_TEXT));
        keep(kept, fields, "region", "A string", value -> isText(value, LONG_TEXT));
        keep(kept, fields, "idleTimeoutInSeconds", "An integer of 1..3600", value -> isInt(value, 1, 3600));
        keep(
                kept,
                fields,
                "ttl",
                "A string or an integer",
                value -> isText(value, LONG_TEXT) || isInt(value, 0, Integer.MAX_VALUE));
        deployment(fields).ifPresent(id -> kept.put("externalDeploymentId", id));
        return new TriggerConfig(kept.toString());
    }

    /** The deployment that runs are pinned to; null and blank are none. */
    static Optional<String> deployment(Fields fields) {
        return fields.nullableText("externalDeploymentId", 0, LONG_TEXT)
                .map(String::strip)
                .filter(id -> !id.isEmpty());
    }

    private static void keep(
            ObjectNode kept, Fields fields, String name, String rule, java.util.function.Predicate<JsonNode> holds) {
        fields.where(name, rule, holds).ifPresent(value -> kept.set(name, value));
    }

    private static boolean isText(JsonNode value, int most) {
        return value.isTextual() && value.textValue().length() <= most;
    }

    private static boolean isInt(JsonNode value, int least, int most) {
        return value.isIntegralNumber()
                && value.canConvertToInt()
                && value.intValue() >= least
                && value.intValue() <= most;
    }

    private static boolean areNames(JsonNode value) {
        if (!value.isArray() || value.size() > 2) {
            return false;
        }
        for (JsonNode name : value) {
            if (!name.isTextual() || !name.textValue().matches("[a-zA-Z0-9_-]{1,122}")) {
                return false;
            }
        }
        return true;
    }
}
