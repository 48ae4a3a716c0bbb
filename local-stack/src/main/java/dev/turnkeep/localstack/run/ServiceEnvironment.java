package dev.turnkeep.localstack.run;

import dev.turnkeep.localstack.StackAddresses;
import java.util.Map;
import java.util.TreeMap;

/**
 * The environment variables of the services.
 *
 * @param topicPrefix what every topic's name begins with, its dot included
 * @param redisKeyPrefix what every key begins with, its colon included
 * @param adminKey the operator's credential
 * @param masterKey base64 of the 32 bytes that encrypt the stored keys
 */
public record ServiceEnvironment(
        StackAddresses engines, String topicPrefix, String redisKeyPrefix, String adminKey, String masterKey) {

    // Enough to see that order is per key; a laptop need not open the files of twelve.
    private static final String PARTITIONS = "4";

    public static ServiceEnvironment of(StackAddresses engines, Secrets secrets) {
        return new ServiceEnvironment(engines, "turnkeep.", "turnkeep:", secrets.adminKey(), secrets.masterKey());
    }

    /**
     * What one service gets.
     *
     * @param caller the variables of the process that starts it: its own choice for any of these wins
     */
    public Map<String, String> of(Service service, Map<String, String> caller) {
        Map<String, String> variables = new TreeMap<>(common());
        variables.putAll(service.environment());
        variables.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        variables.put("QUARKUS_HTTP_PORT", Integer.toString(service.port()));
        variables.put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
        variables.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(service.managementPort()));
        caller.forEach((name, value) -> {
            if (name.startsWith("TURNKEEP_") || name.startsWith("QUARKUS_")) variables.put(name, value);
        });
        return variables;
    }

    private Map<String, String> common() {
        return Map.ofEntries(
                Map.entry("TURNKEEP_KAFKA_BOOTSTRAP", engines.kafka().bootstrap()),
                Map.entry("TURNKEEP_KAFKA_TOPIC_PREFIX", topicPrefix),
                Map.entry("TURNKEEP_POSTGRES_URL", engines.postgres().jdbcUrl()),
                Map.entry("TURNKEEP_POSTGRES_USER", engines.postgres().user()),
                Map.entry("TURNKEEP_POSTGRES_PASSWORD", engines.postgres().password()),
                Map.entry(
                        "TURNKEEP_CLICKHOUSE_URL",
                        engines.clickhouse().endpoint().toString()),
                Map.entry("TURNKEEP_CLICKHOUSE_DATABASE", engines.clickhouse().database()),
                Map.entry("TURNKEEP_CLICKHOUSE_USER", engines.clickhouse().user()),
                Map.entry("TURNKEEP_CLICKHOUSE_PASSWORD", engines.clickhouse().password()),
                Map.entry("TURNKEEP_REDIS_URL", engines.redis().url()),
                Map.entry("TURNKEEP_REDIS_KEY_PREFIX", redisKeyPrefix),
                Map.entry("TURNKEEP_ADMIN_KEY", adminKey),
                Map.entry("TURNKEEP_MASTER_KEY", masterKey),
                Map.entry("TURNKEEP_TOPIC_PARTITIONS", PARTITIONS));
    }

    /** Never the keys. */
    @Override
    public String toString() {
        return "ServiceEnvironment[" + engines + ", " + topicPrefix + ", " + redisKeyPrefix + "]";
    }
}
