package dev.turnkeep.localstack.run;

import dev.turnkeep.localstack.StackAddresses;
import java.util.List;
import java.util.Optional;

/**
 * What to look at, and how to stop.
 *
 * @param sample the harness's session id of the sample conversation, when one was posted
 */
record Summary(StackAddresses engines, List<Service> services, Optional<String> sample) {

    String text(String stop) {
        StringBuilder text = new StringBuilder("\nTurnkeep is running.\n\n");
        for (Service service : services) {
            row(text, service.name(), service.url().toString());
            row(text, "    health", service.managementUrl() + "/q/health");
            row(text, "    metrics", service.managementUrl() + "/q/metrics");
        }
        row(text, "Kafka", engines.kafka() + " (topics turnkeep.turns.v1, turnkeep.turns.dlq.v1)");
        row(text, "Postgres", engines.postgres().toString());
        row(text, "Redis", engines.redis().toString());
        row(text, "ClickHouse", engines.clickhouse().toString());
        row(text, "logs and data", ".local-stack/log, .local-stack/data");
        text.append("\nTry, from this folder:\n\n");
        text.append("    . ./.local-stack/env\n");
        text.append("    curl -s \"$SESSION_MANAGEMENT_URL/q/health\"\n");
        sample.ifPresent(id -> {
            text.append("    curl -s -H \"Authorization: Bearer $API_KEY\" \\\n");
            text.append("        \"$SESSION_URL/v1/sessions?harness_id=").append(Conversation.HARNESS);
            text.append("&harness_session_id=").append(id).append("\"\n");
        });
        text.append("    make sample\n\nThe last one posts a fresh conversation. To stop: ");
        return text.append(stop).append('\n').toString();
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append("    %-18s %s%n".formatted(name, value));
    }
}
