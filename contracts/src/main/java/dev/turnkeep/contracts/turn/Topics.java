package dev.turnkeep.contracts.turn;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The topics and how they are made: the one place, for whoever comes first.
 *
 * @param prefix what every name starts with, such as {@code turnkeep.}
 */
public record Topics(String prefix) {
    /** The largest record of any topic, in bytes, as the broker counts it. */
    public static final int LARGEST_RECORD = 50 * 1024 * 1024;

    private static final Duration TURNS = Duration.ofDays(14);
    private static final Duration EVENTS = Duration.ofDays(30);

    /**
     * A topic.
     *
     * @param configs Kafka's names and values, for when it is made
     * @param required those of the configs without which the topic is of no use and must not be written to
     */
    public record Topic(String name, Map<String, String> configs, Map<String, String> required) {}

    /** The log of all turns. Its records carry the time of their append: what {@code received_at} is made of. */
    public Topic turns() {
        Map<String, String> appendTime = Map.of("message.timestamp.type", "LogAppendTime");
        return topic("turns.v1", TURNS, appendTime);
    }

    /** What was refused for good, as received, with the reason. */
    public Topic deadLetters() {
        return topic("turns.dlq.v1", TURNS, Map.of());
    }

    /** Harnesses' own transcripts, as given. */
    public Topic transcripts() {
        return topic("transcripts.v1", TURNS, Map.of());
    }

    /** What happened to sessions, as CloudEvents. */
    public Topic sessionEvents() {
        return topic("session-events.v1", EVENTS, Map.of());
    }

    public List<Topic> all() {
        return List.of(turns(), deadLetters(), transcripts(), sessionEvents());
    }

    private Topic topic(String name, Duration retention, Map<String, String> required) {
        Map<String, String> configs = new HashMap<>(required);
        configs.put("cleanup.policy", "delete");
        configs.put("compression.type", "zstd");
        configs.put("max.message.bytes", Integer.toString(LARGEST_RECORD));
        configs.put("retention.ms", Long.toString(retention.toMillis()));
        return new Topic(prefix + name, Map.copyOf(configs), required);
    }
}
