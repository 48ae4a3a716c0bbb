package dev.turnkeep.contracts.turn;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.AuthSubject;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.json.RawJson;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import org.jspecify.annotations.Nullable;

/** Random turns whose every member may be absent or strange, as far as the border lets it through. */
final class TurnRecords {
    private static final List<String> WORDS =
            List.of("", "a", ":/", "zoë", "東京", "😀", "a\0b", "\u2028\u0001\"\\", "x".repeat(300));
    private static final List<String> JSON = List.of(
            "[]",
            "\"\"",
            "0",
            "true",
            "{ \"b\" : 1e400, \"a\":123456789012345678901234567890 }",
            "\"\\u0000 \\ud800 \\udc00 \\/ zoë 😀\"",
            "[{\"type\":\"text\",\"text\":\"nodes\"},{\"address\":{\"kind\":7}},[[[]]]]");
    private static final List<String> OBJECTS = List.of(
            "{}",
            "{ \"k\" : [1.0,  -0] }",
            "{\"\\u0000\":\"\\ud800\",\"é\":{\"harness_metadata\":5}}",
            "{\"k\":1,\"k\":2}");

    private final Random random;

    private TurnRecords(Random random) {
        this.random = random;
    }

    static Arbitrary<TurnRecord> all() {
        return Arbitraries.randomValue(random -> new TurnRecords(random).turn());
    }

    private TurnRecord turn() {
        Scope scope = new Scope(new OrgId(uuid()), new EnvironmentName("production"));
        TurnAddress address = address(scope);
        String stopReason = maybe(this::word);
        return new TurnRecord(
                new TurnId(uuid()),
                address,
                address instanceof SessionKey && random.nextBoolean(),
                session(),
                maybe(this::word),
                maybe(this::time),
                word(),
                maybe(this::word),
                maybe(this::word),
                maybe(this::word),
                word(),
                stopReason,
                stopReason == null ? StopKind.UNKNOWN : stopKind(),
                maybe(this::word),
                new Usage(
                        number(),
                        number(),
                        number(),
                        number(),
                        number(),
                        number(),
                        random.nextBoolean(),
                        random.nextBoolean() ? Map.of() : Map.of(part(), number()),
                        maybe(this::word)),
                maybe(this::number),
                random.nextInt(Integer.MAX_VALUE),
                random.nextInt(5),
                maybe(this::number),
                random.ints(1 + random.nextInt(4)).mapToObj(i -> node()).toList(),
                maybe(() -> one(JSON)),
                maybe(() -> one(JSON)),
                maybe(() -> one(JSON)),
                maybe(() -> one(OBJECTS)),
                maybe(this::word));
    }

    private UsagePart part() {
        List<UsagePart> parts = List.of(UsagePart.values());
        return parts.get(random.nextInt(parts.size()));
    }

    /** One that is written: that there is none is said by leaving it out. */
    private StopKind stopKind() {
        List<StopKind> kinds = Stream.of(StopKind.values())
                .filter(kind -> kind != StopKind.UNKNOWN)
                .toList();
        return kinds.get(random.nextInt(kinds.size()));
    }

    private TurnAddress address(Scope scope) {
        return switch (random.nextInt(4)) {
            case 0 -> new SessionKey(scope, harness(), new HarnessSessionId(id()));
            case 1 -> new ActorSlot(scope, harness(), new ActorId(id()));
            case 2 -> new ById(scope, new SessionId(uuid()));
            default -> new ByExternalId(scope, new ExternalId(id()));
        };
    }

    private SessionBlock session() {
        return new SessionBlock(
                harness(),
                maybe(() -> new HarnessSessionId(id())),
                maybe(() -> new SessionId(uuid())),
                maybe(() -> new ExternalId(id())),
                maybe(() -> new ActorId(id())),
                maybe(() -> new AuthSubject(id())),
                maybe(this::word),
                maybe(this::word),
                maybe(this::word),
                maybe(this::harness),
                maybe(() -> new HarnessSessionId(id())),
                maybe(() -> one(OBJECTS)));
    }

    private TurnNode node() {
        byte[] hash = new byte[32];
        random.nextBytes(hash);
        return new TurnNode(HexFormat.of().formatHex(hash), word(), one(JSON));
    }

    private HarnessId harness() {
        return new HarnessId(id());
    }

    private String id() {
        return List.of("a", ":/", "zoë@東京", "😀", "\"\\\n", "x".repeat(128)).get(random.nextInt(6));
    }

    private String word() {
        return WORDS.get(random.nextInt(WORDS.size()));
    }

    private Instant time() {
        return Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
    }

    private long number() {
        return switch (random.nextInt(3)) {
            case 0 -> 0;
            case 1 -> random.nextInt(100_000);
            default -> Long.MAX_VALUE;
        };
    }

    private UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private RawJson one(List<String> values) {
        return RawJson.of(values.get(random.nextInt(values.size())));
    }

    private <T> @Nullable T maybe(Supplier<T> value) {
        return random.nextBoolean() ? value.get() : null;
    }
}
