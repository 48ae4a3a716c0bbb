package dev.turnkeep.e2e.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.system.ServiceLog;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import org.junit.jupiter.api.Test;

/** What somebody said is in the stores, and in no log. */
@WithTurnkeep
class ContentInLogsIT {
    @Test
    void noLineSaysWhatATurnASessionOrAChannelSays(Turnkeep turnkeep) {
        // Given
        ServiceLog log = turnkeep.logFromNow();
        Tenant tenant = turnkeep.tenant("marked");
        Marked marked = Marked.fresh();

        // When
        marked.accepted(tenant, "0af7651916cd43dd8448eb211c80319c");
        marked.refused(tenant);
        marked.sessions(tenant);
        turnkeep.turnLog().awaitConsumed();

        // Then
        assertThat(tenant.session(Turn.HARNESS, "marked", 1).toString()).contains(marked.mark());
        assertThat(log.text()).contains("turn refused: code=unknown_session");
        assertThat(log.text()).doesNotContain(marked.mark(), marked.place(), tenant.key());
    }
}
