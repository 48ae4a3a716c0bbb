package dev.turnkeep.localstack.clickhouse.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.clickhouse.data.ClickHouseCityHash;
import java.util.Random;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation") // the client is leaving its old interface, but its hash stays the one on the wire
class CityHash128Test {

    @Test
    void agreesWithTheOfficialClientForEveryLengthUpToSomeBlocks() {
        // Given
        byte[] data = new byte[1_100];
        new Random(7).nextBytes(data);

        for (int length = 0; length <= 1_024; length++) {
            int offset = length % 64;

            // When
            CityHash128 hash = CityHash128.of(data, offset, length);

            // Then
            long[] expected = ClickHouseCityHash.cityHash128(data, offset, length);
            assertThat(new long[] {hash.low(), hash.high()})
                    .as("%d bytes", length)
                    .isEqualTo(expected);
        }
    }

    @Test
    void agreesWithTheOfficialClientForAMegabyte() {
        // Given
        byte[] data = new byte[1024 * 1024 + 77];
        new Random(8).nextBytes(data);

        // When
        CityHash128 hash = CityHash128.of(data, 0, data.length);

        // Then
        assertThat(new long[] {hash.low(), hash.high()})
                .isEqualTo(ClickHouseCityHash.cityHash128(data, 0, data.length));
    }
}
