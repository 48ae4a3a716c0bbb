package dev.turnkeep.ingest.kafka;

import dev.turnkeep.contracts.turn.Topics;
import dev.turnkeep.ingest.body.BodyConfig;
import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.start.Findings;
import dev.turnkeep.platform.start.SettingsCheck;
import dev.turnkeep.platform.start.TopicsCheck;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;

/** What records on their way to Kafka need: room for the largest, and topics. */
@Singleton
final class PublishCheck implements SettingsCheck {
    private static final int MOST_LEVELS = 22;

    private final PublishConfig publish;
    private final BodyConfig body;

    PublishCheck(PublishConfig publish, BodyConfig body) {
        this.publish = publish;
        this.body = body;
    }

    @Produces
    @Singleton
    TopicsCheck topics(KafkaConfig kafka, IngestTopics topics) {
        return new TopicsCheck(kafka, () -> Optional.of(topics.state()));
    }

    @Override
    public void check(Findings findings) {
        findings.within(
                "turnkeep.ingest.publish.buffer",
                publish.buffer().asLongValue(),
                Topics.LARGEST_RECORD,
                Long.MAX_VALUE);
        findings.within("turnkeep.ingest.publish.compression-level", publish.compressionLevel(), 1, MOST_LEVELS);
        findings.within(
                "turnkeep.ingest.publish.deadline", publish.deadline(), Duration.ofMillis(1), Duration.ofHours(1));
        findings.within("turnkeep.ingest.body.largest", body.largest().asLongValue(), 1, Topics.LARGEST_RECORD);
        if (body.inFlight().asLongValue() < body.largest().asLongValue()) {
            findings.doubt(
                    "turnkeep.ingest.body.in-flight",
                    "is less than turnkeep.ingest.body.largest: no body as large as that is ever taken");
        }
    }
}
