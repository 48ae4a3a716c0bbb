package dev.turnkeep.ingest.deadletter;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.turn.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter as it was read.
 *
 * @param key the encoded address; null where none could be made
 * @param headers why it stands there; see {@link dev.turnkeep.contracts.turn.DeadLetter}
 * @param bytes of what was received
 * @param value what was received, byte for byte: not necessarily JSON; empty where it was left out
 */
record Letter(
        LetterId id, @Nullable String key, Map<String, String> headers, Instant keptAt, int bytes, RawJson value) {
    private static final RawJson NOTHING = RawJson.of("");

    static Letter of(ConsumerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : record.headers()) {
            if (header.value() != null) {
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        return new Letter(
                new LetterId(record.partition(), record.offset()),
                record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8),
                headers,
                Instant.ofEpochMilli(record.timestamp()),
                record.value() == null ? 0 : record.value().length,
                record.value() == null ? NOTHING : RawJson.of(record.value(), 0, record.value().length));
    }

    /** Why it stands there, and no more: what was received may be tens of megabytes. */
    Letter withoutValue() {
        return new Letter(id, key, headers, keptAt, bytes, NOTHING);
    }

    @Nullable
    String header(String name) {
        return headers.get(name);
    }

    /** When the original came, as far as is known: never later than it was kept. */
    Instant cameAt() {
        String told = header(DeadLetter.APPEND_TIME);
        try {
            Instant came = told == null ? keptAt : Instant.parse(told);
            return came.isBefore(keptAt) ? came : keptAt;
        } catch (DateTimeParseException e) {
            return keptAt;
        }
    }

    /** It was put back before, and refused once more. */
    boolean isOfRequeue() {
        return headers.containsKey(DeadLetter.REQUEUED_FROM);
    }

    boolean isOfIngest() {
        return "ingest".equals(header("stage"));
    }

    boolean isTranscript() {
        return "transcript".equals(header("kind"));
    }

    /** Whose it is; empty where that could not be read. */
    Optional<Scope> scope() {
        String org = header("org");
        String environment = header("environment");
        if (org == null || environment == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Scope(OrgId.parse(org), new EnvironmentName(environment)));
        } catch (Invalid e) {
            return Optional.empty();
        }
    }
}
