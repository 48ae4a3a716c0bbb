package dev.turnkeep.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.turn.TurnReader;
import dev.turnkeep.contracts.turn.TurnRecord;
import dev.turnkeep.ingest.Service.Answer;
import dev.turnkeep.ingest.kafka.IngestTopics;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.platform.kafka.TopicState;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class IngestIT {
    private final TestStack stack = TestStack.running();
    private final Service service = new Service(stack.service());

    @Inject
    IngestTopics topics;

    @BeforeEach
    void prepare() throws SQLException, InterruptedException {
        Keys.install(stack);
        Eventually.holds("the topics are there", () -> topics.state() instanceof TopicState.Verified);
    }

    @Test
    void publishesATurnUnderItsSessionsKeyBeforeItIsAnswered() {
        // When
        Answer answer = service.turn(Turns.anthropic("it-accepted", "hello"));

        // Then
        assertThat(answer.status()).as(answer.whole().body()).isEqualTo(202);
        assertThat(answer.text("/status")).isEqualTo("accepted");
        assertThat(answer.text("/session/harness_id")).isEqualTo("claude");
        assertThat(answer.text("/session/harness_session_id")).isEqualTo("it-accepted");
        List<ConsumerRecord<byte[], byte[]>> records = turns(answer.text("/turn_id"));
        assertThat(records).hasSize(1);
        TurnRecord turn = TurnReader.read(records.getFirst().value());
        assertThat(new String(records.getFirst().key(), StandardCharsets.UTF_8))
                .isEqualTo(turn.address().encoded())
                .isEqualTo("s36:" + Keys.ORG + "4:test6:claude11:it-accepted");
    }

    private List<ConsumerRecord<byte[], byte[]>> turns(String turnId) {
        return TopicReader.all(
                stack.kafka(), stack.turnsTopic(), record -> new String(record.value(), StandardCharsets.UTF_8)
                        .contains(turnId));
    }
}
