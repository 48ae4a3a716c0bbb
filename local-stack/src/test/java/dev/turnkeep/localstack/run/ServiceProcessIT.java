package dev.turnkeep.localstack.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.localstack.EngineException;
import dev.turnkeep.localstack.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceProcessIT {

    @TempDir
    Path checkout = Path.of("");

    private final Service service = Service.INGEST.on(Ports.free(), Ports.free());

    @BeforeEach
    void build() throws IOException {
        FakeService.build(checkout, service);
    }

    @Test
    void isReadyOnceStartedAndGoneOnceStopped() {
        try (ServiceProcess process = process(Map.of())) {
            // When
            process.start();

            // Then
            assertThat(process.running()).isTrue();
            assertThat(process.ready()).isTrue();

            // When
            process.stop();

            // Then
            assertThat(process.running()).isFalse();
            assertThat(process.ready()).isFalse();
            assertThat(Ports.isFree(service.port())).isTrue();
        }
    }

    @Test
    void comesBackOnTheSamePortsAfterAKill() {
        try (ServiceProcess process = process(Map.of())) {
            // Given
            process.start();
            long before = process.pid();

            // When
            process.kill();
            boolean ready = process.ready();
            process.start();

            // Then
            assertThat(ready).isFalse();
            assertThat(process.ready()).isTrue();
            assertThat(process.pid()).isNotEqualTo(before);
        }
    }

    @Test
    void canBeStoppedWhileItIsSuspended() {
        try (ServiceProcess process = process(Map.of())) {
            // Given
            process.start();

            // When
            process.suspend();
            process.stop();

            // Then
            assertThat(process.running()).isFalse();
        }
    }

    @Test
    void showsTheLogOfAServiceThatDiesAtStart() {
        try (ServiceProcess process = process(Map.of("TURNKEEP_FAKE_DIES", "true"))) {
            assertThatThrownBy(process::start)
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("ingest-service died at start")
                    .hasMessageContaining("told to die");
        }
    }

    @Test
    void saysWhichPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(service.managementPort(), 1, InetAddress.ofLiteral("127.0.0.1"));
                ServiceProcess process = process(Map.of())) {
            assertThatThrownBy(process::start)
                    .hasMessage("ingest-service cannot start: port %d is taken on 127.0.0.1", taken.getLocalPort());
        }
    }

    @Test
    void saysWhatToDoWhenTheServiceIsNotBuilt() throws IOException {
        // Given
        Files.delete(service.jar(checkout));

        // Then
        try (ServiceProcess process = process(Map.of())) {
            assertThatThrownBy(process::start).hasMessageContaining("is not built: run `make build`");
        }
    }

    private ServiceProcess process(Map<String, String> more) {
        var environment = new ServiceEnvironment(ServiceEnvironmentTest.ENGINES, "t.", "t:", "admin", "master");
        Map<String, String> variables = new HashMap<>(environment.of(service, Map.of()));
        variables.putAll(more);
        return new ServiceProcess(service, checkout, variables, checkout.resolve("log/service.log"));
    }
}
