package dev.turnkeep.e2e.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.system.NodeProject;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The npm package {@code @trigger.dev/sdk} drives the running system. */
@WithTurnkeep
class SdkIT {
    @Test
    void theControlPlaneWorksForTheUnmodifiedClient(Turnkeep turnkeep) {
        drives(turnkeep, "control.test.mjs");
    }

    @Test
    void listsWorkForTheUnmodifiedClient(Turnkeep turnkeep) {
        drives(turnkeep, "lists.test.mjs");
    }

    @Test
    void channelsWorkForTheUnmodifiedClient(Turnkeep turnkeep) {
        drives(turnkeep, "realtime.test.mjs");
    }

    @Test
    void writersByS2WorkForTheUnmodifiedClient(Turnkeep turnkeep) {
        drives(turnkeep, "realtime-writers.test.mjs");
    }

    private static void drives(Turnkeep turnkeep, String cases) {
        // Given
        Tenant tenant = turnkeep.tenant("sdk");

        // When
        String printed = NodeProject.of("sdk")
                .test(
                        cases,
                        Map.of(
                                "TRIGGER_API_URL",
                                turnkeep.sessionService().service().url().toString(),
                                "TRIGGER_SECRET_KEY",
                                tenant.key()));

        // Then
        assertThat(printed).contains("# fail 0").doesNotContain("# pass 0");
    }
}
