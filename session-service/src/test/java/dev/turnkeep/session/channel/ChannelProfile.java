package dev.turnkeep.session.channel;

import dev.turnkeep.session.turn.ServiceOnTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** The service with the open namespace, credentials and free ports. It answers long polls sooner than the suite gives up. */
public final class ChannelProfile implements QuarkusTestProfile {
    /** Of one session; enough for the tests with many. */
    static final int READERS = 80;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "turnkeep.admin.key", ServiceOnTest.ADMIN_KEY,
                "turnkeep.master.key", ServiceOnTest.MASTER_KEY,
                "turnkeep.kafka.topic-partitions", "4",
                "turnkeep.session.channels.open-namespace", "true",
                "turnkeep.session.channels.long-poll-timeout", "2s",
                "turnkeep.session.channels.readers-per-session", Integer.toString(READERS),
                "quarkus.http.test-port", "0",
                "quarkus.management.test-port", "0");
    }
}
