package dev.turnkeep.replication.event;

import static dev.turnkeep.replication.TestDatabase.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.platform.trace.Tracing;
import dev.turnkeep.replication.EventTopic;
import dev.turnkeep.replication.TestDatabase;
import dev.turnkeep.replication.stream.Pipeline;
import dev.turnkeep.replication.stream.StreamStatus;
import dev.turnkeep.replication.stream.Streams;
import dev.turnkeep.replication.stream.TestStreamConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithLocalStack
class EventsIT {
    private static int runs;

    private final TestSpace space;
    private final List<EventsStream> started = new ArrayList<>();
    private final List<Streams> streams = new ArrayList<>();
    private final TestKafkaConfig kafka;
    private final TestDatabase database;
    private final EventTopic topic;
    private final String slot;

    EventsIT(TestSpace space) {
        this.space = space;
        this.kafka = new TestKafkaConfig(space.kafkaBootstrap(), space.topicPrefix() + runs++ + ".");
        this.database = new TestDatabase(space);
        this.topic = new EventTopic(kafka.bootstrapServers(), kafka.topicPrefix());
        this.slot = database.slot("e" + runs);
    }

    @BeforeEach
    void empty() {
        database.execute("DELETE FROM session_events", "DELETE FROM replication_state");
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        stop();
        topic.close();
        database.dropSlot(slot);
    }

    private Pipeline start() {
        Streams all = new Streams();
        EventsStream events = new EventsStream(
                new TestEventsConfig(slot),
                TestStreamConfig.QUICK,
                database.config(),
                kafka,
                new SimpleMeterRegistry(),
                Clock.systemUTC(),
                all,
                Tracing.off());
        events.start(new StartupEvent());
        started.add(events);
        streams.add(all);
        Pipeline pipeline = all.all().getFirst();
        until("the stream flows", () -> pipeline.status() instanceof StreamStatus.Streaming);
        return pipeline;
    }

    private void stop() throws InterruptedException {
        for (Streams each : streams) {
            each.stop();
        }
        started.forEach(events -> events.stop(new ShutdownEvent()));
        streams.clear();
        started.clear();
    }

    private List<String> inserted() {
        return database.column("SELECT id FROM session_events ORDER BY position");
    }

    @Test
    void publishesWhatWasThereAndWhatComesInCommitOrder() {
        // Given
        database.insertEvents(20);

        // When
        start();
        for (int i = 0; i < 20; i++) {
            database.insertEvents(5);
        }

        // Then
        until("all events arrive", () -> topic.ids().size() >= 120);
        assertThat(topic.ids()).containsExactlyElementsOf(inserted());
    }

    @Test
    void publishesCloudEventsByTheSchema() {
        // Given
        start();
        String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        // When
        database.insertEvents(1, trace);

        // Then
        until("the event arrives", () -> topic.count() == 1);
        var published = topic.newest();
        assertThat(published.headers().lastHeader("traceparent").value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(trace);
        assertThat(EventTopic.json(published).at("/traceparent").asText()).isEqualTo(trace);
        String session =
                database.column("SELECT session_id FROM session_events").getFirst();
        assertThat(published.key()).asString(StandardCharsets.UTF_8).isEqualTo(session);
        assertThat(published.headers().lastHeader("content-type").value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("application/cloudevents+json");
        assertThat(EventTopic.json(published).at("/source").asText()).isEqualTo("/turnkeep/orgs/" + database.org());
        assertThat(EventTopic.json(published).at("/time").asText())
                .isEqualTo(database.column(
                                "SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM session_events")
                        .getFirst());
        var schema = JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(Objects.requireNonNull(EventsIT.class.getResourceAsStream("/schema/session-event.v1.json")));
        assertThat(schema.validate(new String(published.value(), StandardCharsets.UTF_8), InputFormat.JSON))
                .isEmpty();
    }

    @Test
    void publishesAgainFromTheWatermarkWhenTheSlotIsLost() throws InterruptedException {
        // Given
        start();
        database.insertEvents(10);
        until("the first events arrive", () -> topic.distinctIds().size() == 10);
        String last = database.column("SELECT max(xid::text::bigint) FROM session_events")
                .getFirst();
        until("the watermark has passed them", () -> !database.column(
                        "SELECT 1 FROM replication_state WHERE watermark::text::bigint > " + last)
                .isEmpty());
        stop();

        // When
        database.insertEvents(10);
        database.dropSlot(slot);
        database.insertEvents(10);
        start();
        database.insertEvents(10);

        // Then
        until("all events arrive", () -> topic.distinctIds().size() >= 40);
        assertThat(topic.distinctIds()).containsExactlyElementsOf(inserted());
        assertThat(topic.ids())
                .as("nothing from before the watermark came again")
                .hasSize(40);
    }

    @Test
    void findsTheFirstEventOfARestoreByItsTransactionHoweverManyAreOlder() throws SQLException {
        // Given: many that are older, and the watermark
        for (int i = 0; i < 5; i++) {
            database.insertEvents(10_000);
        }
        String watermark = database.column("SELECT pg_current_xact_id()").getFirst();
        database.insertEvents(3);
        database.execute("ANALYZE session_events");

        try (var connection = space.postgres().connect();
                var statement = connection.createStatement()) {
            // When
            long before = EventRows.before(connection, Long.valueOf(watermark));

            // Then: no row of the others is looked at, neither for the first position nor for the pages
            assertThat(EventRows.page(connection, Long.valueOf(watermark), before))
                    .extracting(row -> row.id().toString())
                    .containsExactlyElementsOf(inserted().subList(50_000, 50_003));
            assertThat(before + 1).isEqualTo(position(50_000));
            List<String> plan = new ArrayList<>();
            try (var rows = statement.executeQuery("EXPLAIN " + EventRows.FIRST.replace("?", "'" + watermark + "'"))) {
                while (rows.next()) {
                    plan.add(rows.getString(1));
                }
            }
            assertThat(plan).anyMatch(line -> line.contains("session_events_xid"));
            assertThat(EventRows.before(connection, Long.MAX_VALUE)).isEqualTo(position(50_002));
            assertThat(EventRows.before(connection, null)).isZero();
        }
    }

    private long position(int number) {
        return Long.parseLong(database.column("SELECT position FROM session_events ORDER BY position")
                .get(number));
    }

    @Test
    void neverSkipsAnEventOfATransactionThatWasOpenWhenTheWatermarkWasTaken() throws Exception {
        // Given
        start();
        try (var connection = space.postgres().connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            String open;
            try (var row = statement.executeQuery("SELECT pg_current_xact_id()::text")) {
                row.next();
                open = row.getString(1);
            }
            database.insertEvents(5);
            until("later events arrive", () -> topic.distinctIds().size() == 5);
            until("the watermark was taken meanwhile, and stops before it", () -> database.column(
                            "SELECT watermark::text FROM replication_state")
                    .equals(List.of(open)));
            String xid = database.column("SELECT min(xid::text::bigint) FROM session_events")
                    .getFirst();
            stop();

            // When
            statement.execute("""
                    INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                    VALUES (gen_random_uuid(), '%s', 'test', gen_random_uuid(), 1, 'session.started', now(), '{}', now())
                    """.formatted(database.org()));
            connection.commit();
            assertThat(database.column("SELECT 1 FROM session_events WHERE xid::text::bigint < " + xid))
                    .hasSize(1);
        }
        database.dropSlot(slot);
        start();

        // Then
        until("all events arrive", () -> topic.distinctIds().size() >= 6);
        assertThat(topic.distinctIds()).containsExactlyInAnyOrderElementsOf(inserted());
    }

    @Test
    void publishesEverythingAgainWhenAnOperatorSaysThatTheTopicIsLost() {
        // Given
        start();
        database.insertEvents(10);
        until("the events arrive", () -> topic.ids().size() == 10);

        // When
        database.execute(
                "UPDATE replication_state SET system_identifier = 'gap in ' || system_identifier, watermark = NULL"
                        + " WHERE stream = 'events'");

        // Then
        until("they come again", () -> topic.ids().size() >= 20);
        assertThat(topic.distinctIds()).containsExactlyElementsOf(inserted());
    }

    @Test
    void waitsForAKafkaThatIsNotThereAndSaysSo() throws InterruptedException {
        // Given
        database.insertEvents(3);

        // When
        Streams all = new Streams();
        EventsStream events = new EventsStream(
                new TestEventsConfig(slot),
                TestStreamConfig.QUICK,
                database.config(),
                new TestKafkaConfig("127.0.0.1:1", "none."),
                new SimpleMeterRegistry(),
                Clock.systemUTC(),
                all,
                Tracing.off());
        events.start(new StartupEvent());
        started.add(events);
        streams.add(all);

        // Then: once it has been looked for
        Pipeline pipeline = all.all().getFirst();
        until("it says so", () -> pipeline.trouble()
                .filter(reason -> reason.contains("the topic is not there yet: Timeout"))
                .isPresent());
        assertThat(pipeline.status()).isEqualTo(new StreamStatus.Preparing(true));

        // When
        stop();
        start();

        // Then
        until("what waited arrives", () -> topic.distinctIds().size() == 3);
        assertThat(topic.distinctIds()).containsExactlyElementsOf(inserted());
    }

    @Test
    void keepsTheIdsOfEventsThatCannotBePublishedAlsoInARestore() {
        // Given
        database.insertEvents(2);
        database.insertEvent("not a name");
        database.insertEvents(2);

        // When
        start();

        // Then
        until("the others arrive", () -> topic.distinctIds().size() == 4);
        assertThat(database.column("SELECT row_content ->> 'id' FROM replication_quarantine WHERE stream = 'events'"))
                .isEqualTo(database.column("SELECT id FROM session_events WHERE environment = 'not a name'"));
        database.execute("DELETE FROM replication_quarantine");
    }
}
