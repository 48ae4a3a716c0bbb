package dev.turnkeep.e2e.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.security.SecureRandom;
import java.util.List;
import org.apache.kafka.common.serialization.Serializer;

/** All that must not be done, done on purpose. */
final class Unregistered {
    static final SecureRandom TOO_EARLY = new SecureRandom();

    /** The same, by the way of its constructor and of what that calls. */
    static final class Indirect {
        static final Indirect TOO_EARLY = new Indirect();

        final SecureRandom random = random();

        private static SecureRandom random() {
            return new SecureRandom();
        }
    }

    record Loose(List<Inner> inner) {}

    record Inner(String text) {}

    static Loose read(String json) throws JsonProcessingException {
        return new ObjectMapper().readValue(json, Loose.class);
    }

    static Class<?> byName(String name) throws ClassNotFoundException {
        return Class.forName(name);
    }

    static final class OwnSerializer implements Serializer<String> {
        @Override
        public byte[] serialize(String topic, String data) {
            return new byte[0];
        }
    }

    private Unregistered() {}
}
