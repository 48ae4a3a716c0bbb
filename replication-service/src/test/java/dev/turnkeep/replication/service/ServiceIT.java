package dev.turnkeep.replication.service;

import static dev.turnkeep.replication.TestDatabase.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.run.ServiceProcess;
import dev.turnkeep.replication.service.Installation.Answer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The service as its operator sees it. */
@TestInstance(Lifecycle.PER_CLASS)
class ServiceIT {
    private Installation installation;

    @BeforeAll
    void startEngines(@TempDir Path data) {
        installation = new Installation(data);
    }

    @AfterAll
    void stopEngines() {
        if (installation != null) {
            installation.close();
        }
    }

    @BeforeEach
    void empty() {
        int _ = installation.topic.count();
        installation.database.execute("DELETE FROM session_events", "DELETE FROM replication_quarantine");
    }

    private void awaitAll() {
        List<String> all = installation.database.column("SELECT id FROM session_events");
        until("every event is published", () -> installation.topic.distinctIds().containsAll(all));
    }

    @Test
    void waitsForAFrozenKafkaAndSaysSo() {
        // Given
        ServiceProcess service = installation.flowing();

        // When
        installation.stack.kafka().suspend();
        try {
            installation.database.insertEvents(5_000);
            until("it is not ready", () -> !service.ready());
            assertThat(installation.status(service, "events").path("trouble").asText())
                    .isEqualTo("Kafka confirms no events");
            assertThat(installation
                            .status(service, "events")
                            .path("rows_in_flight")
                            .asInt())
                    .isPositive();
            assertThat(installation.status(service, "tables").has("trouble")).isFalse();
        } finally {
            installation.stack.kafka().resume();
        }

        // Then
        awaitAll();
        until("it is ready", service::ready);
    }

    @Test
    void confirmsAndReleasesEverythingOnAnOrderlyStop() {
        // Given
        ServiceProcess first = installation.flowing();
        installation.database.insertEvents(3_000);
        awaitAll();

        // When
        String points = "SELECT consistent_point FROM replication_state ORDER BY stream";
        List<String> made = installation.database.column(points);
        first.stop();
        int published = installation.topic.count();
        first.start();
        installation.awaitFlow(first);
        installation.database.insertEvents(10);
        awaitAll();

        // Then
        assertThat(installation.topic.count()).as("nothing came again").isEqualTo(published + 10);
        assertThat(installation.database.column(points)).as("the same slots").isEqualTo(made);
    }

    @Test
    void requeuesAnEventThatCouldNotBePublishedAndLetsTheRestFlowOn() {
        // Given: a name that no environment may have
        ServiceProcess service = installation.flowing();
        installation.database.insertEvent("not a name");
        installation.database.insertEvents(5);

        // When
        String poison = installation
                .database
                .column("SELECT id FROM session_events WHERE environment = 'not a name'")
                .getFirst();
        until("it is in quarantine", () -> installation
                .database
                .column("SELECT row_content ->> 'id' FROM replication_quarantine WHERE stream = 'events'")
                .equals(List.of(poison)));
        until("the rest flows", () -> installation
                .topic
                .distinctIds()
                .containsAll(installation.database.column("SELECT id FROM session_events WHERE environment = 'test'")));

        // Then: it stays until it can be published
        Answer refused = installation.ask(service, "POST", "/requeue");
        assertThat(refused.status()).isEqualTo(200);
        assertThat(refused.body().path("refused").asInt()).isEqualTo(1);
        assertThat(installation.topic.distinctIds()).doesNotContain(poison);
        installation.database.execute(
                "ALTER TABLE session_events DISABLE TRIGGER USER",
                "UPDATE session_events SET environment = 'test' WHERE environment = 'not a name'",
                "ALTER TABLE session_events ENABLE TRIGGER USER");
        assertThat(installation
                        .ask(service, "POST", "/requeue")
                        .body()
                        .path("stored")
                        .asInt())
                .isEqualTo(1);
        until("it is published", () -> installation.topic.distinctIds().contains(poison));
        assertThat(installation.database.column("SELECT 1 FROM replication_quarantine"))
                .isEmpty();
    }

    @Test
    void makesTheTablesAnewWhenAskedTo() {
        // Given
        ServiceProcess service = installation.flowing();
        String before = installation.generation();

        // When
        Answer answer = installation.ask(service, "POST", "/resnapshot");

        // Then
        assertThat(answer.status()).isEqualTo(200);
        until("another copy is read", () -> !installation.generation().equals(before));
        installation.awaitFlow(service);
        assertThat(service.ready()).isTrue();
    }

    @Test
    void refusesWhatAnotherInstanceHasToBeAsked() {
        // Given
        ServiceProcess leader = installation.flowing();
        ServiceProcess standby = installation.service("standing-by");
        standby.start();
        installation.awaitState(standby, "tables", "standby");
        installation.awaitState(standby, "events", "standby");

        // When
        Answer answer = installation.ask(standby, "POST", "/requeue");

        // Then
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.body().path("not_here").size()).isEqualTo(2);
        assertThat(standby.ready()).isTrue();
        assertThat(leader.ready()).isTrue();
        ServiceProcess without =
                installation.service("without-tables", Map.of("TURNKEEP_REPLICATION_TABLES_ENABLED", "false"));
        without.start();
        assertThat(installation.ask(without, "POST", "/resnapshot").status()).isEqualTo(409);
    }

    @Test
    void saysThatASlotIsReadByAnother() throws Exception {
        // Given
        ServiceProcess service = installation.flowing();
        service.stop();

        // When
        try (var _ = installation.database.reading(installation.slot("events"), "turnkeep_events_v1")) {
            service.launch();

            // Then
            until("it says so", () -> installation
                    .status(service, "events")
                    .path("trouble")
                    .asText()
                    .contains("another one reads the slot"));
            until("it is not ready", () -> !service.ready());
        }
        installation.awaitFlow(service);
        until("it is ready", service::ready);
    }
}
