package dev.turnkeep.platform.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/** What every Kafka client is made with. */
public final class KafkaSettings {
    private KafkaSettings() {}

    /** A map of the caller's own: where Kafka is, and the operator's settings for clients. */
    public static Map<String, Object> of(KafkaConfig config) {
        Map<String, Object> settings = new HashMap<>(config.client());
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        // After an outage clients come back within a second or two, without hammering a broker that starts.
        settings.putIfAbsent(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
        return settings;
    }
}
