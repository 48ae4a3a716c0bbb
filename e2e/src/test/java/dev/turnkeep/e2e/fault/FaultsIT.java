package dev.turnkeep.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.e2e.channel.ChannelTraffic;
import dev.turnkeep.e2e.fault.FaultMatrix.Row;
import dev.turnkeep.e2e.fault.Ledger.Balance;
import dev.turnkeep.e2e.system.Answer;
import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Strikes one part of a whole system under load, and balances the books afterwards: what was accepted is in Postgres, once,
 * all totals agree with it, and ClickHouse and Kafka agree with Postgres. One fault of each class with every build, each of
 * them and under more turns with {@code make faults}; {@code FAULTS_SEED} repeats a run's choices.
 */
@TestInstance(Lifecycle.PER_CLASS)
class FaultsIT {
    private static final boolean FULL = "full".equals(System.getenv("FAULTS"));
    private static final int TURNS = FULL ? 20_000 : 2_000;
    private static final int SESSIONS = TURNS / 50;
    private static final int LEAST_RATE = 200;
    private static final Duration DRAIN = Duration.ofMinutes(3);

    private final long seed = Optional.ofNullable(System.getenv("FAULTS_SEED"))
            .map(Long::parseLong)
            .orElseGet(() -> new Random().nextLong());
    private final Random random = new Random(seed);
    private final FaultMatrix matrix = new FaultMatrix();
    private Site site;
    private Turnkeep turnkeep;

    @BeforeAll
    void start(@TempDir Path data) {
        System.out.println("FAULTS_SEED=" + seed);
        site = Site.start(data);
        turnkeep = site.turnkeep();
    }

    @AfterAll
    void stop() throws IOException {
        if (site == null) {
            return;
        }
        try {
            System.out.println(matrix.table());
            Path file = FULL
                    ? Turnkeep.checkout().resolve("benchmarks/results/faults.json")
                    : Path.of("target", "faults.json");
            matrix.save(
                    file,
                    seed,
                    turnkeep.database().strings("SHOW server_version").getFirst());
        } finally {
            site.close();
        }
    }

    static List<Fault> faults() {
        return Fault.all(FULL);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void losesAndDoublesNothing(Fault fault) {
        // Given
        Tenant tenant = site.tenant(fault.name());

        // When
        try (Load load = Load.start(tenant.ingest(), new Traffic("fault", SESSIONS), TURNS)) {

            // Then
            survives(fault, tenant, load);
        }
    }

    @Test
    void storesOnceWhatComesThreeTimesAndInAnyOrder() {
        // Given
        Tenant tenant = site.tenant("thrice");
        Fault fault = new Fault("every turn three times, shuffled", true, struck -> {});

        // When
        try (Load load = Load.startThrice(tenant.ingest(), new Traffic("thrice", SESSIONS), TURNS, random)) {

            // Then
            survives(fault, tenant, load);
        }
    }

    @Test
    void channelsKeepWhatTheyAcknowledgedWhenPostgresIsKilled() {
        ChannelTraffic.survives(turnkeep.tenant("channels, Postgres"), () -> {
            site.stack().postgres().kill();
            site.stack().postgres().start();
        });
    }

    @Test
    void channelsGoOnWhileRedisHangs() {
        ChannelTraffic.survives(
                turnkeep.tenant("channels, Redis"),
                () -> site.stack().redis().suspend(),
                () -> site.stack().redis().resume());
    }

    private void survives(Fault fault, Tenant tenant, Load load) {
        Ledger ledger = new Ledger(turnkeep.database(), tenant.org());
        Copies copies = new Copies(turnkeep, tenant);
        load.awaitAccepted((int) (TURNS * random.nextDouble(0.2, 0.5)));
        Strike struck =
                Await.value("turns are being posted, and others wait to be stored", () -> Strike.at(load, ledger));
        fault.strike().accept(site);
        String probe = probe(tenant);
        Await.until("the turn that was posted after the strike is stored", DRAIN, () -> isStored(tenant, probe));
        double stored = struck.secondsSince();
        Await.until("queries see it", DRAIN, () -> copies.shows(probe));
        double visible = struck.secondsSince();
        load.awaitAccepted();
        Set<String> accepted = new HashSet<>(load.accepted());
        accepted.add(probe);
        turnkeep.turnLog().awaitConsumed();
        Await.until("every session has ended", DRAIN, () -> open(tenant) == 0);
        Await.settled("ClickHouse and Kafka agree with Postgres", DRAIN, copies::differences);

        Balance balance = ledger.balance(accepted);
        matrix.add(new Row(
                fault.name(),
                accepted.size(),
                struck.perSecond(),
                struck.unanswered(),
                struck.waiting(),
                balance.lost().size(),
                balance.twice().size(),
                stored,
                visible));
        if (FULL) {
            // Else the row does not count; how fast a machine is, the ordinary run does not judge.
            assertThat(struck.perSecond()).isGreaterThanOrEqualTo(LEAST_RATE);
        }
        assertThat(accepted).hasSize(TURNS + 1);
        assertThat(balance).isEqualTo(new Balance(TURNS + 1, Set.of(), Set.of(), List.of(), List.of()));
        assertThat(turnkeep.turnLog().deadLetters()).isZero();
    }

    /** The state of affairs at the moment of a strike. */
    private record Strike(long at, double perSecond, int unanswered, long waiting) {

        /** Empty while nothing is in flight on one side of Kafka or the other: the strike would hit nothing. */
        static Optional<Strike> at(Load load, Ledger ledger) {
            int accepted = load.accepted().size();
            long waiting = accepted - ledger.stored();
            int unanswered = load.unanswered();
            return unanswered > 0 && waiting > 0
                    ? Optional.of(new Strike(System.nanoTime(), load.rate(), unanswered, waiting))
                    : Optional.empty();
        }

        double secondsSince() {
            return (System.nanoTime() - at) / 1e9;
        }
    }

    /** Posts one turn until it is accepted. */
    private static String probe(Tenant tenant) {
        ObjectNode turn = Turn.in("probe").request("probe").json();
        return Await.value("a turn is accepted after the strike", () -> {
            try {
                byte[] body = turn.toString().getBytes(StandardCharsets.UTF_8);
                Answer answer =
                        tenant.ingest().attempt("POST", "/v1/ingest", body, Map.of("Content-Type", "application/json"));
                return answer.status() == 503
                        ? Optional.empty()
                        : Optional.of(answer.expecting(202).text("/turn_id"));
            } catch (IOException away) {
                return Optional.empty();
            }
        });
    }

    private boolean isStored(Tenant tenant, String turn) {
        return turnkeep.database()
                        .number("SELECT count(*) FROM turns WHERE org_id = ? AND turn_id = ?::uuid", tenant.org(), turn)
                == 1;
    }

    private long open(Tenant tenant) {
        return turnkeep.database()
                .number(
                        "SELECT count(*) FROM sessions WHERE org_id = ? AND NOT is_placeholder AND state IN ('open', 'suspended')",
                        tenant.org());
    }
}
