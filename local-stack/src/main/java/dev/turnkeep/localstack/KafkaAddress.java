package dev.turnkeep.localstack;

/** Where a Kafka cluster answers: {@code host:port}, several separated by commas. */
public record KafkaAddress(String bootstrap) {
    public KafkaAddress {
        if (bootstrap.isBlank()) throw new IllegalArgumentException("KAFKA_BOOTSTRAP is empty: give host:port");
    }

    @Override
    public String toString() {
        return bootstrap;
    }
}
