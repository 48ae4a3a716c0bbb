package dev.turnkeep.ingest.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class LetterTest {
    @Test
    void withoutItsValueItStillTellsHowMuchWasReceived() {
        // Given
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>("dlq", 3, 17, "key".getBytes(UTF_8), new byte[5_000_000]);
        record.headers().add("code", "invalid_field".getBytes(UTF_8));

        // When
        Letter letter = Letter.of(record).withoutValue();

        // Then
        assertThat(letter.value().array()).isEmpty();
        assertThat(letter.bytes()).isEqualTo(5_000_000);
        assertThat(DeadLetters.Item.of(letter).bytes()).isEqualTo(5_000_000);
        assertThat(DeadLetters.Item.of(letter).code()).isEqualTo("invalid_field");
        assertThat(letter.id()).hasToString("3-17");
    }

    @Test
    void aLetterOfNothingHasNoBytes() {
        assertThat(Letter.of(new ConsumerRecord<byte[], byte[]>("dlq", 0, 1, new byte[0], null))
                        .bytes())
                .isZero();
    }
}
