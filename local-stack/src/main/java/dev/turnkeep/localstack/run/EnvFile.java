package dev.turnkeep.localstack.run;

import dev.turnkeep.localstack.StackAddresses;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What scripts and tests need to reach the running system, as {@code NAME=value} lines. */
record EnvFile(StackAddresses engines, List<Service> services, String apiKey, String adminKey) {

    /** A dotenv file that a shell can source as well. */
    String text() {
        return variables().entrySet().stream()
                .map(variable -> variable.getKey() + "=" + quoted(variable.getValue()) + "\n")
                .collect(Collectors.joining());
    }

    private Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        for (Service service : services) {
            variables.put(service.variable() + "_URL", service.url().toString());
            variables.put(
                    service.variable() + "_MANAGEMENT_URL",
                    service.managementUrl().toString());
        }
        variables.put("API_KEY", apiKey);
        variables.put("ADMIN_KEY", adminKey);
        variables.put("KAFKA_BOOTSTRAP", engines.kafka().bootstrap());
        variables.put("POSTGRES_URL", engines.postgres().jdbcUrlWithLogin());
        variables.put("REDIS_URL", engines.redis().url());
        variables.put("CLICKHOUSE_URL", engines.clickhouse().urlWithLogin());
        return variables;
    }

    /** Only where a shell would read the value as something else: plain values stay plain for the simplest readers. */
    private static String quoted(String value) {
        return value.matches("[A-Za-z0-9_./:,+=@?-]*") ? value : "'" + value.replace("'", "'\\''") + "'";
    }
}
