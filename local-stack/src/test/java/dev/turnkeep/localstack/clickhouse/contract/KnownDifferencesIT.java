package dev.turnkeep.localstack.clickhouse.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.clickhouse.client.api.Client;
import dev.turnkeep.localstack.Settings;
import dev.turnkeep.localstack.Sources;
import dev.turnkeep.localstack.junit.TestSpace;
import org.junit.jupiter.api.Test;

/**
 * What a real server does and the embedded one does not, and what the client itself does not do against either. Each is
 * written down in {@code docs/clickhouse-embedded.md}; a test that fails here is good news for that page.
 */
class KnownDifferencesIT extends ClientContract {

    KnownDifferencesIT(TestSpace space) {
        super(space);
    }

    /** A holder for one unsigned number, of the type that one would think of first. */
    public static final class Counted {
        private long n;

        public long getN() {
            return n;
        }

        public void setN(long n) {
            this.n = n;
        }
    }

    @Test
    void hasNoQueryLog() {
        assumeTrue(embedded());
        assertThat(refusal("SELECT count() FROM system.query_log").getCode()).isEqualTo(60);
    }

    @Test
    void hasNoUsersOrRolesInSql() {
        assumeTrue(embedded());
        assertThat(refusal(() -> client.execute("CREATE USER somebody").get()).getCode())
                .isEqualTo(497);
        assertThat(refusal(() -> client.execute("CREATE ROLE somebody").get()).getCode())
                .isEqualTo(497);
    }

    @Test
    void hasNoRowPolicies() throws Exception {
        assumeTrue(embedded());
        execute("CREATE TABLE guarded (id UInt64) ENGINE = MergeTree ORDER BY id");
        assertThat(refusal(() -> client.execute("CREATE ROW POLICY own ON guarded USING id = 1 TO ALL")
                                .get())
                        .getCode())
                .isEqualTo(497);
    }

    @Test
    void theClientCannotTellTheTimeZoneThatItLoaded() {
        try (Client informed = builder().build()) {
            informed.loadServerInfo();
            assertThatThrownBy(informed::getServerTimeZone).isInstanceOf(ClassCastException.class);
        }
    }

    @Test
    void theClientHandsUnsignedNumbersOverAsBigIntegers() throws Exception {
        // Given
        execute("CREATE TABLE counted (n UInt64) ENGINE = Memory");
        execute("INSERT INTO counted VALUES (7)");
        var schema = client.getTableSchema("counted");
        client.register(Counted.class, schema);

        // Then
        assertThatThrownBy(() -> client.queryAll("SELECT n FROM counted", Counted.class, schema))
                .hasRootCauseInstanceOf(ClassCastException.class);
    }

    private static boolean embedded() {
        return Sources.from(Settings.ofProcess()).clickhouse() instanceof Sources.Packaged<?>;
    }
}
