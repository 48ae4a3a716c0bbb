package dev.turnkeep.session.list;

import dev.turnkeep.session.turn.ServiceOnTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** A service whose lists look at few rows of Postgres before they ask ClickHouse. */
public final class ListedService implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "turnkeep.admin.key", ServiceOnTest.ADMIN_KEY,
                "turnkeep.master.key", ServiceOnTest.MASTER_KEY,
                "turnkeep.session.turns.enabled", "false",
                "turnkeep.session.list.stretch", "120",
                "turnkeep.session.list.reach", "400",
                "turnkeep.clickhouse.pause", "50ms",
                "quarkus.http.test-port", "0",
                "quarkus.management.test-port", "0");
    }
}
