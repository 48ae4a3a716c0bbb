package dev.turnkeep.localstack.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.RedisAddress;
import dev.turnkeep.localstack.Sources;
import dev.turnkeep.localstack.Sources.External;
import dev.turnkeep.localstack.Sources.Packaged;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortCheckTest {

    private final Sources sources = new Sources(
            new Packaged<>(1), new Packaged<>(2), new External<>(new RedisAddress("elsewhere", 3)), new Packaged<>(0));

    @Test
    void saysWhichPortIsTakenAndWhatChoosesAnother() {
        // When
        List<String> problems =
                PortCheck.problems(sources, List.of(Service.SESSION.on(4, 5)), port -> port != 2 && port != 5);

        // Then
        assertThat(problems)
                .containsExactly(
                        "port 2, for Postgres, is taken by another program: choose another with POSTGRES_PORT=...",
                        "port 5, for the management of session-service, is taken by another program:"
                                + " choose another with SESSION_MANAGEMENT_PORT=...");
    }

    @Test
    void noticesAPortThatIsWantedTwice() {
        // When
        List<String> problems = PortCheck.problems(sources, List.of(Service.INGEST.on(1, 6)), port -> true);

        // Then
        assertThat(problems)
                .containsExactly("port 1, for ingest-service, is wanted twice: choose another with INGEST_PORT=...");
    }

    @Test
    void leavesThePortOfAnExternalEngineAlone() {
        assertThat(PortCheck.problems(sources, List.of(), port -> port != 3)).isEmpty();
    }
}
