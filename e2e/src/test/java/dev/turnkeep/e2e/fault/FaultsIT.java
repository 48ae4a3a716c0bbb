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
import dev.turnkeep.localstack.LocalStack;
import dev.turnkeep.localstack.StackAddresses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills one part of a system under load, brings it back, and balances the books. The engines are this class's own. In small
 * with every build, and in full with {@code make faults}.
 */
@TestInstance(Lifecycle.PER_CLASS)
class FaultsIT {
    private static final boolean FULL = "full".equals(System.getenv("FAULTS"));
    private static final int TURNS = FULL ? 20_000 : 5_000;
    private static final int SESSIONS = TURNS / 50;
    private static final int BEFORE_THE_STRIKE = TURNS * 3 / 10;
    private static final int LEAST_RATE = 200;
    private static final Duration DRAIN = Duration.ofMinutes(2);

    private final FaultMatrix matrix = new FaultMatrix();
    private LocalStack stack;
    private Turnkeep turnkeep;

    @BeforeAll
    void start(@TempDir Path data) {
        stack = LocalStack.start(data);
        turnkeep = Turnkeep.start(StackAddresses.of(stack), "faults.", "faults:");
    }

    @AfterAll
    void stop() throws IOException {
        if (turnkeep != null) {
            turnkeep.close();
        }
        if (stack != null) {
            stack.close();
        }
        System.out.println(matrix.table());
        matrix.save(Path.of("target", "fault-matrix.txt"));
    }

    @Test
    void losesAndDoublesNothingWhenTheSessionServiceIsKilled() {
        survives("kill -9 session-service", () -> turnkeep.sessionService().kill(), () -> turnkeep.sessionService()
                .start());
    }

    @Test
    void losesAndDoublesNothingWhenTheIngestServiceIsKilled() {
        survives("kill -9 ingest-service", () -> turnkeep.ingestService().kill(), () -> turnkeep.ingestService()
                .start());
    }

    @Test
    void losesAndDoublesNothingWhenKafkaIsKilled() {
        survives(
                "kill -9 Kafka", () -> stack.kafka().kill(), () -> stack.kafka().start());
    }

    @Test
    void losesAndDoublesNothingWhenPostgresIsKilled() {
        survives("kill -9 Postgres", () -> stack.postgres().kill(), () -> stack.postgres()
                .start());
    }

    @Test
    void channelsKeepWhatTheyAcknowledgedWhenPostgresIsKilled() {
        ChannelTraffic.survives(turnkeep.tenant("channels, Postgres"), () -> {
            stack.postgres().kill();
            stack.postgres().start();
        });
    }

    @Test
    void channelsGoOnWhileRedisHangs() {
        ChannelTraffic.survives(
                turnkeep.tenant("channels, Redis"), () -> stack.redis().suspend(), () -> stack.redis()
                        .resume());
    }

    private void survives(String fault, Runnable strike, Runnable restart) {
        // Given
        Tenant tenant = turnkeep.tenant(fault);
        Ledger ledger = new Ledger(turnkeep.database(), tenant.org());
        Set<String> accepted;
        Strike struck;
        double recovery;
        try (Load load = Load.start(tenant.ingest(), new Traffic("fault", SESSIONS), TURNS)) {
            load.awaitAccepted(BEFORE_THE_STRIKE);

            // When
            struck = Await.value("turns are being posted, and others wait to be stored", () -> Strike.at(load, ledger));
            strike.run();
            restart.run();
            String probe = probe(tenant);
            Await.until("the turn that was posted after the strike is stored", DRAIN, () -> isStored(tenant, probe));
            recovery = struck.secondsSince();
            load.awaitAccepted();
            accepted = new HashSet<>(load.accepted());
            accepted.add(probe);
        }
        turnkeep.turnLog().awaitConsumed();

        // Then
        Balance balance = ledger.balance(accepted);
        matrix.add(new Row(
                fault,
                accepted.size(),
                struck.perSecond(),
                struck.unanswered(),
                struck.waiting(),
                balance.lost().size(),
                balance.twice().size(),
                recovery));
        assertThat(struck.perSecond()).isGreaterThanOrEqualTo(LEAST_RATE);
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
}
