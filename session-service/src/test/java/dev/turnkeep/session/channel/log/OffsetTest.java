package dev.turnkeep.session.channel.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffsetTest {
    @Test
    void sortsAsTextTheWayItSortsAsNumbers() {
        // Given
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            Offset one = offset(random);
            Offset other = random.nextInt(4) == 0 ? new Offset(one.incarnation(), random.nextLong(50)) : offset(random);

            // When
            int asText = one.toString().compareTo(other.toString());

            // Then
            assertThat(Integer.signum(asText)).isEqualTo(Integer.signum(one.compareTo(other)));
            assertThat(Offset.parse(one.toString())).contains(one);
        }
    }

    @Test
    void theFirstOneIsAllZeros() {
        assertThat(new Offset(0, 0)).hasToString("0000000000000000_0000000000000000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "_",
                "1",
                "-1",
                "now",
                "1_",
                "_1",
                "1_2_3",
                "1_-2",
                "1 _2",
                "1_2 ",
                "1_2\n",
                "a_b",
                "1,2",
                "../1_2",
                "1_2/..",
                "1_2\0",
                "1_99999999999999999",
                "٣_١"
            })
    void nothingElseIsOne(String text) {
        assertThat(Offset.parse(text)).isEmpty();
    }

    private static Offset offset(Random random) {
        return new Offset(random.nextLong(1000), random.nextLong(10_000_000_000_000_000L));
    }
}
