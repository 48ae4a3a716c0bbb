package dev.turnkeep.replication.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LsnTest {
    @Test
    void isWrittenAsPostgresWritesIt() {
        assertThat(new Lsn(0x16_B374_D848L)).hasToString("16/B374D848");
        assertThat(Lsn.parse("16/B374D848")).isEqualTo(new Lsn(0x16_B374_D848L));
        assertThat(Lsn.ZERO).hasToString("0/0");
    }

    @Property(tries = 500)
    void readsWhatItWrites(@ForAll long value) {
        assertThat(Lsn.parse(new Lsn(value).toString())).isEqualTo(new Lsn(value));
    }

    @Property(tries = 500)
    void comparesWithoutASign(@ForAll long one, @ForAll long other) {
        assertThat(new Lsn(one).isAfter(new Lsn(other))).isEqualTo(Long.compareUnsigned(one, other) > 0);
        assertThat(new Lsn(one).max(new Lsn(other))).isEqualTo(new Lsn(other).max(new Lsn(one)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "0", "0/", "/0", "0/G", "123456789/0", "0/123456789", "0/0 ", "-1/0"})
    void refusesEverythingElse(String text) {
        assertThatThrownBy(() -> Lsn.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
