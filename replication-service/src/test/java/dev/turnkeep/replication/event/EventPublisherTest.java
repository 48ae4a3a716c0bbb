package dev.turnkeep.replication.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.event.SessionCloudEvent;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.EventId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.platform.trace.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class EventPublisherTest {
    @Test
    void waitsForAKafkaThatIsNotThereInsteadOfFailingTheEvent() throws InterruptedException {
        // Given
        EventPublisher publisher = new EventPublisher(
                new TestKafkaConfig("127.0.0.1:1", "none."),
                new TestEventsConfig("none"),
                "none.session-events.v1",
                new SimpleMeterRegistry().counter("published"),
                Tracing.off());
        Acknowledgements all = new Acknowledgements();
        CountDownLatch ended = new CountDownLatch(1);
        var one = all.expect(error -> all.failed(new IllegalStateException(error)));
        Thread sender = new Thread(() -> {
            try {
                publisher.publish(event(), one);
            } catch (InterruptedException e) {
                ended.countDown();
            }
        });

        // When: the producer has given the event up at least once, and it has been handed over again
        sender.start();
        while (publisher.refused() < 2) {
            Thread.onSpinWait();
            assertThat(all.future()).isNotDone();
        }

        // Then
        assertThat(publisher.trouble()).isPresent();
        sender.interrupt();
        ended.await();
        assertThat(all.future()).isNotDone();
        publisher.close();
    }

    private static SessionCloudEvent event() {
        return new SessionCloudEvent(
                new EventId(new UUID(0, 1)),
                new OrgId(new UUID(0, 2)),
                new EnvironmentName("test"),
                new SessionId(new UUID(0, 3)),
                "session.started",
                Instant.parse("2026-05-01T12:00:00Z"),
                "{}",
                null);
    }
}
