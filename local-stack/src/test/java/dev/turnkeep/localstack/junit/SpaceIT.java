package dev.turnkeep.localstack.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.PostgresAddress;
import dev.turnkeep.localstack.clickhouse.ClickHouseSql;
import dev.turnkeep.localstack.kafka.KafkaPing;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@WithLocalStack
class SpaceIT {

    private final TestSpace injected;

    SpaceIT(TestSpace space) {
        injected = space;
    }

    @Test
    void isTheSameForAllOfATestClass(TestSpace space) {
        assertThat(space).isEqualTo(injected);
    }

    @Nested
    class Inside {
        @Test
        void andForItsNestedClasses(TestSpace space) {
            assertThat(space).isEqualTo(injected);
        }
    }

    @Test
    void hasAnEmptyDatabaseOfItsOwnWithASuperusersLogin(TestSpace space) throws SQLException {
        assertThat(value(space.postgres(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
                .isEqualTo("0");
        assertThat(value(space.postgres(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
                .isEqualTo("t");
    }

    @Test
    void leavesNeitherDatabasesNorSlotNorTopicBehind(TestSpace neighbour) throws Exception {
        // Given
        TestSpace space = TestSpace.open();
        String database = space.postgres().database();
        value(
                space.postgres(),
                "SELECT slot_name FROM pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(database));
        try (var admin = KafkaPing.admin(space.kafka())) {
            admin.createTopics(List.of(
                            new NewTopic(space.topicPrefix() + "turns", Optional.of(1), Optional.empty()),
                            new NewTopic(neighbour.topicPrefix() + "turns", Optional.of(1), Optional.empty())))
                    .all()
                    .get();

            // When
            space.close();

            // Then
            assertThat(admin.listTopics().names().get())
                    .contains(neighbour.topicPrefix() + "turns")
                    .noneMatch(topic -> topic.startsWith(space.topicPrefix()));
        }
        String left = "SELECT count(*) FROM pg_database WHERE datname = '%s'".formatted(database);
        assertThat(value(neighbour.postgres(), left)).isEqualTo("0");
        String kept = "SELECT groupArray(name) = ['%s'] FROM system.databases WHERE name IN ('%s', '%s')"
                .formatted(
                        neighbour.clickhouse().database(),
                        database,
                        neighbour.clickhouse().database());
        assertThat(ClickHouseSql.run(neighbour.clickhouse(), kept)).isEqualTo("1");
        String slots = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '%s'".formatted(database);
        assertThat(value(neighbour.postgres(), slots)).isEqualTo("0");
    }

    @Test
    void pointsAQuarkusTestAtASpace() throws SQLException {
        // Given
        LocalStackResource resource = new LocalStackResource();

        // When
        Map<String, String> configuration = resource.start();

        // Then
        try {
            assertThat(configuration)
                    .containsEntry("turnkeep.kafka.bootstrap", injected.kafkaBootstrap())
                    .containsEntry("turnkeep.redis.url", injected.redisUrl())
                    .containsEntry("turnkeep.postgres.user", injected.postgres().user())
                    .containsEntry(
                            "turnkeep.clickhouse.url",
                            injected.clickhouse().endpoint().toString())
                    .containsOnlyKeys(
                            "turnkeep.kafka.bootstrap",
                            "turnkeep.kafka.topic-prefix",
                            "turnkeep.postgres.url",
                            "turnkeep.postgres.user",
                            "turnkeep.postgres.password",
                            "turnkeep.redis.url",
                            "turnkeep.redis.key-prefix",
                            "turnkeep.clickhouse.url",
                            "turnkeep.clickhouse.database",
                            "turnkeep.clickhouse.user",
                            "turnkeep.clickhouse.password");
            assertThat(configuration.get("turnkeep.postgres.url"))
                    .isNotEqualTo(injected.postgres().jdbcUrl());
            assertThat(configuration.get("turnkeep.clickhouse.database"))
                    .isNotEqualTo(injected.clickhouse().database());
        } finally {
            resource.stop();
        }
    }

    @Test
    void hasAnEmptyClickHouseDatabaseOfItsOwn(TestSpace space) throws IOException {
        // Given
        String database = space.clickhouse().database();

        // When
        String tables = ClickHouseSql.run(
                space.clickhouse(), "SELECT count() FROM system.tables WHERE database = '%s'".formatted(database));

        // Then
        assertThat(database).startsWith("t_");
        assertThat(tables).isEqualTo("0");
    }

    private static String value(PostgresAddress address, String sql) throws SQLException {
        try (var connection = address.connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
