package dev.turnkeep.ingest;

import dev.turnkeep.localstack.PostgresAddress;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** Where the engines of the running {@code @QuarkusTest} are, and the service itself. */
record TestStack(String kafka, String topicPrefix, String postgres, String user, String password, URI service) {
    static TestStack running() {
        Config config = ConfigProvider.getConfig();
        return new TestStack(
                config.getValue("turnkeep.kafka.bootstrap", String.class),
                config.getValue("turnkeep.kafka.topic-prefix", String.class),
                config.getValue("turnkeep.postgres.url", String.class),
                config.getValue("turnkeep.postgres.user", String.class),
                config.getValue("turnkeep.postgres.password", String.class),
                config.getValue("test.url", URI.class));
    }

    Connection database() throws SQLException {
        return PostgresAddress.parse(postgres + "?user=" + user + "&password=" + password)
                .connect();
    }

    String turnsTopic() {
        return topicPrefix + "turns.v1";
    }

    String transcriptsTopic() {
        return topicPrefix + "transcripts.v1";
    }

    String deadLetterTopic() {
        return topicPrefix + "turns.dlq.v1";
    }
}
