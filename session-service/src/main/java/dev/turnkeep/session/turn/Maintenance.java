package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.price.Prices;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.Topics;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.kafka.KafkaSettings;
import dev.turnkeep.platform.postgres.PostgresPools;
import dev.turnkeep.platform.time.UuidSource;
import dev.turnkeep.session.price.CostMetrics;
import dev.turnkeep.session.turn.StoredTurns.Place;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Work on everything that is stored, in steps. A step does what it can in its time and answers where the next one begins:
 * whoever asks keeps the place, so there is nothing to resume after a crash but the last question.
 */
@Singleton
public class Maintenance {
    private static final SessionId FIRST = new SessionId(new UUID(0, 0));
    private static final int TURNS = 2_000;
    private static final int SESSIONS = 50;
    private static final int CONNECTIONS = 2;
    private static final int POLL_RECORDS = 100;
    private static final String UUID_FORM = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    private static final Pattern TURN_PLACE = Pattern.compile("(" + UUID_FORM + ")\\.([0-9]{1,18})");
    private static final Pattern SESSION_PLACE = Pattern.compile("s\\.(" + UUID_FORM + ")");
    private static final Pattern PARTITION_PLACE = Pattern.compile("([0-9]{1,5})_([0-9]{1,18})_([0-9]{1,18})");

    private final KafkaConfig kafka;
    private final TurnsConfig config;
    private final Clock clock;
    private final Pool pool;
    private final Repricing repricing;
    private final Rederiving rederiving;
    private final TopicReplay replay;

    Maintenance(
            KafkaConfig kafka,
            TurnsConfig config,
            PostgresPools pools,
            Clock clock,
            UuidSource uuids,
            Prices prices,
            CostMetrics costs) {
        this.kafka = kafka;
        this.config = config;
        this.clock = clock;
        this.pool = pools.pool("turnkeep_consumer", CONNECTIONS);
        this.repricing = new Repricing(pool, clock, prices);
        this.rederiving = new Rederiving(pool, clock);
        TurnTransaction transaction = new TurnTransaction(
                pool,
                clock,
                () -> new SessionId(uuids.next()),
                prices,
                (turn, charge) -> costs.charged(turn.provider(), charge));
        this.replay = new TopicReplay(
                this::client, new Topics(kafka.topicPrefix()).turns().name(), transaction, repricing, config);
    }

    /**
     * What a step did.
     *
     * @param cursor where the next step begins; null when all is done
     * @param counts by name
     */
    public record Step(@Nullable String cursor, Map<String, Integer> counts) {}

    /**
     * Prices turns once more that happened in a range and whose costs were not reported.
     *
     * @param until not included
     * @param org null for all
     * @param untold only turns that were priced although their usage was not told, or not in full
     * @param cursor of the step before; null at first
     */
    public Step reprice(Instant from, Instant until, @Nullable OrgId org, boolean untold, @Nullable String cursor) {
        Instant over = clock.instant().plus(config.maintenanceStep());
        Repricing.Range range = new Repricing.Range(from, until, org, untold);
        Place place = cursor == null ? new Place(FIRST, 0) : turnPlace(cursor);
        Map<String, Integer> counts = new TreeMap<>(Map.of("looked_at", 0, "turns", 0, "sessions", 0));
        while (place != null && clock.instant().isBefore(over)) {
            Repricing.Done done = repricing.batch(range, place, TURNS);
            counts.merge("looked_at", done.looked(), Integer::sum);
            counts.merge("turns", done.turns(), Integer::sum);
            counts.merge("sessions", done.sessions(), Integer::sum);
            place = done.next();
        }
        return new Step(place == null ? null : place.session() + "." + place.seq(), counts);
    }

    /**
     * Stores what the topic has and Postgres lacks; then finds out once more what the turns of each session say about it.
     *
     * @param org whose sessions; the topic is always read as a whole. Null for all
     * @param cursor of the step before; null at first
     */
    public Step rederive(@Nullable OrgId org, @Nullable String cursor) {
        Instant over = clock.instant().plus(config.maintenanceStep());
        Matcher sessions = SESSION_PLACE.matcher(cursor == null ? "" : cursor);
        if (sessions.matches()) {
            return findings(new SessionId(UUID.fromString(sessions.group(1))), org, over);
        }
        try {
            TopicReplay.Done done = replay.step(cursor == null ? replay.begin() : topicPlace(cursor), over);
            Map<String, Integer> counts = new TreeMap<>(Map.of(
                    "read",
                    done.read(),
                    "stored",
                    done.stored(),
                    "known",
                    done.known(),
                    "retold",
                    done.retold(),
                    "refused",
                    done.refused()));
            String next = done.next().over() ? "s." + FIRST : text(done.next());
            return new Step(next, counts);
        } catch (BatchProcessor.Cancelled e) {
            throw RetryLater.unavailable("Postgres does not answer");
        }
    }

    private Step findings(SessionId after, @Nullable OrgId org, Instant over) {
        Map<String, Integer> counts = new TreeMap<>(Map.of("looked_at", 0, "sessions", 0));
        SessionId place = after;
        while (place != null && clock.instant().isBefore(over)) {
            Rederiving.Done done = rederiving.batch(place, org, SESSIONS);
            counts.merge("looked_at", done.looked(), Integer::sum);
            counts.merge("sessions", done.changed(), Integer::sum);
            place = done.next();
        }
        return new Step(place == null ? null : "s." + place, counts);
    }

    private static Place turnPlace(String cursor) {
        Matcher place = TURN_PLACE.matcher(cursor);
        if (!place.matches()) {
            throw badCursor();
        }
        return new Place(new SessionId(UUID.fromString(place.group(1))), Long.parseLong(place.group(2)));
    }

    private static String text(TopicReplay.Place place) {
        return place.end().entrySet().stream()
                .map(end -> end.getKey() + "_" + place.next().getOrDefault(end.getKey(), 0L) + "_" + end.getValue())
                .collect(Collectors.joining("."));
    }

    private static TopicReplay.Place topicPlace(String cursor) {
        Map<Integer, Long> next = new HashMap<>();
        Map<Integer, Long> end = new HashMap<>();
        for (String part : cursor.split("\\.", -1)) {
            Matcher partition = PARTITION_PLACE.matcher(part);
            if (!partition.matches()) {
                throw badCursor();
            }
            next.put(Integer.valueOf(partition.group(1)), Long.valueOf(partition.group(2)));
            end.put(Integer.valueOf(partition.group(1)), Long.valueOf(partition.group(3)));
        }
        return new TopicReplay.Place(next, end);
    }

    private static Invalid badCursor() {
        return new Invalid(Problem.MALFORMED, "cursor", "cursor: must be the cursor of an earlier step");
    }

    private Consumer<byte[], byte[]> client() {
        Map<String, Object> settings = KafkaSettings.of(kafka);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
        int bytes = Math.toIntExact(config.batchSize().asLongValue());
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, bytes);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, bytes);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
