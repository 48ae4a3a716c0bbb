package dev.turnkeep.localstack.run;

import dev.turnkeep.localstack.StackAddresses;
import java.util.List;

/** What to look at, and how to stop. */
record Summary(StackAddresses engines, List<Service> services) {

    /** @param stop how to stop it */
    String text(String stop) {
        StringBuilder text = new StringBuilder("\nTurnkeep is running.\n\n");
        for (Service service : services) {
            row(text, service.name(), service.url().toString());
            row(
                    text,
                    "  health, metrics",
                    service.managementUrl() + "/q/health  " + service.managementUrl() + "/q/metrics");
        }
        row(text, "Kafka", engines.kafka().bootstrap() + "  (turnkeep.turns.v1, turnkeep.turns.dlq.v1)");
        row(text, "Postgres", engines.postgres().toString());
        row(text, "Redis", engines.redis().url());
        row(text, "logs, data", ".local-stack/log  .local-stack/data");
        text.append("""

                Try, from this folder:
                    . ./.local-stack/env
                    curl -s -H "Authorization: Bearer $API_KEY" "$SESSION_URL/v1/sessions?harness_id=sample-agent"
                    curl -s "$INGEST_MANAGEMENT_URL/q/health"
                    make sample        posts a fresh conversation

                """);
        return text.append("To stop: ").append(stop).append('\n').toString();
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append("    %-18s %s%n".formatted(name, value));
    }
}
