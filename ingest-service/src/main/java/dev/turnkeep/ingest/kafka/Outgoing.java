package dev.turnkeep.ingest.kafka;

import dev.turnkeep.contracts.json.RawJson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way out.
 *
 * @param key the encoded address; null spreads records over all partitions
 * @param headers values in UTF-8
 */
public record Outgoing(String topic, @Nullable String key, RawJson value, Map<String, byte[]> headers) {
    /** The same with one header more. */
    public Outgoing with(String name, String text) {
        Map<String, byte[]> more = new LinkedHashMap<>(headers);
        more.put(name, text.getBytes(StandardCharsets.UTF_8));
        return new Outgoing(topic, key, value, more);
    }

    ProducerRecord<byte[], byte[]> forProducer() {
        RecordHeaders written = new RecordHeaders();
        headers.forEach((name, bytes) -> written.add(new RecordHeader(name, bytes)));
        byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(topic, null, null, keyBytes, whole(value), written);
    }

    private static byte[] whole(RawJson value) {
        byte[] array = value.array();
        return value.length() == array.length
                ? array
                : Arrays.copyOfRange(array, value.offset(), value.offset() + value.length());
    }
}
