package dev.turnkeep.platform.kafka;

import java.util.Map;

/**
 * A topic as a service needs it.
 *
 * @param configs how it is made when it is not there
 * @param required configs that an existing one has to have
 */
public record TopicSpec(String name, Map<String, String> configs, Map<String, String> required) {
    public TopicSpec {
        configs = Map.copyOf(configs);
        required = Map.copyOf(required);
    }
}
