package dev.turnkeep.localstack.run;

import dev.turnkeep.localstack.Ports;
import dev.turnkeep.localstack.Sources;
import dev.turnkeep.localstack.Sources.Container;
import dev.turnkeep.localstack.Sources.External;
import dev.turnkeep.localstack.Sources.Packaged;
import dev.turnkeep.localstack.Sources.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Finds every taken port before anything is started, and says by which variable to choose another. */
final class PortCheck {

    private record Wanted(String who, int port, String variable) {}

    private PortCheck() {}

    /** One line for each port that is taken or wanted twice. */
    static List<String> problems(Sources sources, List<Service> services) {
        return problems(sources, services, Ports::isFree);
    }

    static List<String> problems(Sources sources, List<Service> services, IntPredicate free) {
        List<Wanted> wanted = new ArrayList<>();
        wanted.add(new Wanted("Kafka", port(sources.kafka()), "KAFKA_PORT"));
        wanted.add(new Wanted("Postgres", port(sources.postgres()), "POSTGRES_PORT"));
        wanted.add(new Wanted("Redis", port(sources.redis()), "REDIS_PORT"));
        wanted.add(new Wanted("ClickHouse", port(sources.clickhouse()), "CLICKHOUSE_PORT"));
        for (Service service : services) {
            wanted.add(new Wanted(service.name(), service.port(), service.portVariable()));
            wanted.add(new Wanted(
                    "the management of " + service.name(), service.managementPort(), service.managementPortVariable()));
        }
        List<String> problems = new ArrayList<>();
        List<Integer> seen = new ArrayList<>();
        for (Wanted one : wanted) {
            if (one.port() == 0) continue;
            if (seen.contains(one.port())) problems.add(describe(one, "is wanted twice"));
            else if (!free.test(one.port())) problems.add(describe(one, "is taken by another program"));
            seen.add(one.port());
        }
        return problems;
    }

    private static String describe(Wanted one, String problem) {
        return "port %d, for %s, %s: choose another with %s=..."
                .formatted(one.port(), one.who(), problem, one.variable());
    }

    private static int port(Source<?> source) {
        return switch (source) {
            case Packaged<?>(int port) -> port;
            case Container<?>(int port) -> port;
            case External<?>(Object _) -> 0;
        };
    }
}
