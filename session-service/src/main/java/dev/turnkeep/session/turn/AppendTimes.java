package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.turn.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** When the broker had a record, and when it had it first. */
final class AppendTimes {
    private AppendTimes() {}

    /** When it was appended to this topic. */
    static Instant own(ConsumerRecord<byte[], byte[]> record) {
        return Instant.ofEpochMilli(record.timestamp());
    }

    /** The same but for a dead letter that was put back: then when the original came. Never after {@link #own}. */
    static Instant first(ConsumerRecord<byte[], byte[]> record) {
        Instant own = own(record);
        Header header = record.headers().lastHeader(DeadLetter.APPEND_TIME);
        if (header == null || header.value() == null) {
            return own;
        }
        try {
            Instant first = Instant.parse(new String(header.value(), StandardCharsets.UTF_8));
            return first.isBefore(own) && first.isAfter(Instant.EPOCH) ? first : own;
        } catch (DateTimeParseException e) {
            return own;
        }
    }
}
