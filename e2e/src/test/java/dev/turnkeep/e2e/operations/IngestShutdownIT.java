package dev.turnkeep.e2e.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.fault.Ledger;
import dev.turnkeep.e2e.fault.Ledger.Balance;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One of two instances ends while turns are posted to both. Every service is replaced in {@link OperabilityLive}. */
@WithTurnkeep
class IngestShutdownIT {
    @Test
    void finishesWhatItHasBegunAndLosesNothing(Turnkeep turnkeep) {
        // Given
        Tenant tenant = turnkeep.tenant("ingest leaves");
        Callers posting;
        try (ServiceProcess leaving =
                        turnkeep.instance(Service.INGEST, "leaving-ingest", Map.of("QUARKUS_SHUTDOWN_DELAY", "1s"));
                Doors ingest = new Doors(tenant.key(), turnkeep.ingestService());
                Doors sessions = new Doors(tenant.key(), turnkeep.sessionService());
                Callers callers = Callers.start(ingest, sessions)) {
            ingest.add(leaving);
            callers.awaitMore();

            // When
            ingest.stop(leaving);
            callers.awaitMore();
            posting = callers;
        }
        turnkeep.turnLog().awaitConsumed();

        // Then
        assertThat(posting.worse()).isEmpty();
        assertThat(new Ledger(turnkeep.database(), tenant.org()).balance(posting.accepted()))
                .isEqualTo(new Balance(posting.accepted().size(), Set.of(), Set.of(), List.of(), List.of()));
    }
}
