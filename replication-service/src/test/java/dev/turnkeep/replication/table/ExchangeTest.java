package dev.turnkeep.replication.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.replication.clickhouse.ClickHouseAway;
import dev.turnkeep.replication.stream.Backoff;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExchangeTest {
    private static final String TABLE = "sessions_v1";
    private static final Duration SOON = Duration.ofMillis(1);

    private final Server server = new Server();
    private final Exchange exchange = new Exchange(
            server,
            "new",
            Map.of(TABLE, "new's uuid"),
            new Retry("test", () -> new Backoff(SOON, SOON, new Random(1)), new TableTrouble(), () -> {}),
            SOON,
            SOON);

    /** A server with one table, on which a predecessor's statement may be waiting. */
    private static final class Server implements Exchange.Tables {
        private String read = "old";
        private int said;
        private int waiting;
        private boolean silent;
        private int comesWithOurs;
        private String filled = "new's uuid";

        @Override
        public String of(String table) {
            return read;
        }

        @Override
        public String uuid(String table) {
            return table.equals(TABLE) == read.equals("new") ? filled : "old's uuid";
        }

        @Override
        public void exchange(String table) {
            said++;
            swap();
            waiting += comesWithOurs;
            comesWithOurs = 0;
            if (silent) {
                silent = false;
                throw new ClickHouseAway("no answer", new IllegalStateException());
            }
        }

        @Override
        public boolean exchanging() {
            if (waiting == 0) return false;
            if (--waiting == 0) swap();
            return true;
        }

        private void swap() {
            read = read.equals("old") ? "new" : "old";
        }
    }

    @Test
    void saysItOnce() throws InterruptedException {
        // When
        exchange.make(TABLE);
        exchange.make(TABLE);

        // Then
        assertThat(server.read).isEqualTo("new");
        assertThat(server.said).isEqualTo(1);
    }

    @Test
    void looksWhatCameOfAStatementThatWasNotAnswered() throws InterruptedException {
        // Given
        server.silent = true;

        // When
        exchange.make(TABLE);

        // Then
        assertThat(server.read).isEqualTo("new");
        assertThat(server.said).isEqualTo(1);
    }

    @Test
    void makesUpForAPredecessorsStatementThatCameBehindItsOwn() throws InterruptedException {
        // Given: both waited for one lock
        server.comesWithOurs = 3;

        // When
        exchange.make(TABLE);

        // Then
        assertThat(server.waiting).isZero();
        assertThat(server.read).isEqualTo("new");
        assertThat(server.said).isEqualTo(2);
    }

    @Test
    void letsAPredecessorsStatementDoItThatIsUnderWay() throws InterruptedException {
        // Given
        server.waiting = 3;

        // When
        exchange.make(TABLE);

        // Then
        assertThat(server.read).isEqualTo("new");
        assertThat(server.said).isZero();
    }

    @Test
    void doesNotExchangeAShadowThatAPredecessorHasPutInThePlaceOfTheOneThatWasFilled() {
        // Given
        server.filled = "another's uuid";

        // Then
        assertThatThrownBy(() -> exchange.make(TABLE)).isInstanceOf(Exchange.Replaced.class);
        assertThat(server.said).isZero();
    }

    @Test
    void noticesWhatSomebodyElseExchangedBeforeItOrBehindItsBack() throws InterruptedException {
        // Given
        server.swap();

        // Then
        assertThatThrownBy(() -> exchange.make(TABLE)).isInstanceOf(Exchange.Astray.class);

        // When
        server.swap();
        exchange.make(TABLE);
        exchange.requireRead(TABLE);
        server.swap();

        // Then
        assertThatThrownBy(() -> exchange.requireRead(TABLE)).isInstanceOf(Exchange.Astray.class);
    }
}
