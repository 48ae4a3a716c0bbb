package dev.turnkeep.session.channel.s2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.s2.ReadQuery.Start;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReadQueryTest {
    @Test
    void beginsAtTheEndWhenItIsNotTold() {
        assertThat(query(Map.of()).start()).isEqualTo(new Start.Newest(0));
        assertThat(query(Map.of("seq_num", "7")).start()).isEqualTo(new Start.Seq(7));
        assertThat(query(Map.of("timestamp", "8")).start()).isEqualTo(new Start.Time(8));
        assertThat(query(Map.of("tail_offset", "9")).start()).isEqualTo(new Start.Newest(9));
        assertThat(query(Map.of("seq_num", "18446744073709551615")).start()).isEqualTo(new Start.Seq(Long.MAX_VALUE));
    }

    @Test
    void waitsWithoutEndUnlessItHasALimit() {
        assertThat(query(Map.of("seq_num", "0")).follows()).isTrue();
        assertThat(query(Map.of("wait", "0")).follows()).isTrue();
        assertThat(query(Map.of("count", "3")).follows()).isFalse();
        assertThat(query(Map.of("until", "3")).follows()).isFalse();
        assertThat(query(Map.of("bytes", "3", "wait", "2")).follows()).isTrue();
        assertThat(query(Map.of("wait", "0")).ofOnePage().follows()).isFalse();
        assertThat(query(Map.of()).ofOnePage().follows()).isFalse();
        assertThat(query(Map.of("wait", "3600")).ofOnePage().pause()).isEqualTo(Duration.ofMinutes(1));
        assertThat(query(Map.of("count", "5000")).ofOnePage().count()).isEqualTo(1000);
        assertThat(query(Map.of("bytes", "50")).ofOnePage().bytes()).isEqualTo(50);
    }

    @Test
    void goesOnAfterAnEventWithWhatIsLeft() {
        // When
        ReadQuery after =
                query(Map.of("seq_num", "0", "count", "10", "bytes", "30")).after("6,7,40");

        // Then
        assertThat(after.start()).isEqualTo(new Start.Seq(7));
        assertThat(after.count()).isEqualTo(3);
        assertThat(after.bytes()).isZero();
        assertThat(query(Map.of()).after(null)).isEqualTo(query(Map.of()));
        assertThatThrownBy(() -> query(Map.of()).after("6")).isInstanceOf(Refused.class);
    }

    @Test
    void refusesOtherFormsAndContradictions() {
        for (Map<String, String> bad : List.of(
                Map.of("seq_num", "-1"),
                Map.of("seq_num", ""),
                Map.of("count", "x"),
                Map.of("wait", "1.5"),
                Map.of("clamp", "yes"))) {
            assertThatThrownBy(() -> query(bad)).isInstanceOf(Refused.class);
        }
        assertThatThrownBy(() -> query(Map.of("seq_num", "1", "tail_offset", "1")))
                .isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> query(Map.of("timestamp", "5", "until", "5"))).isInstanceOf(Invalid.class);
    }

    @Test
    void anAllowanceEndsWithItsFirstLimit() {
        // Given: each record has 8 bytes and one of its body
        List<LogRecord> records = LongStream.range(0, 6)
                .mapToObj(i -> ProtoTest.record(i, 100 + i, List.of(), "x"))
                .toList();

        // Then
        assertTaken(Map.of(), records, 6, false);
        assertTaken(Map.of("count", "3"), records, 3, true);
        assertTaken(Map.of("count", "6"), records, 6, true);
        assertTaken(Map.of("count", "0"), records, 0, true);
        assertTaken(Map.of("bytes", "20"), records, 2, true);
        assertTaken(Map.of("bytes", "18"), records, 2, true);
        assertTaken(Map.of("bytes", "8"), records, 0, true);
        assertTaken(Map.of("until", "102"), records, 2, true);
        assertTaken(Map.of("until", "99"), records, 0, true);
    }

    private static void assertTaken(Map<String, String> limits, List<LogRecord> records, int taken, boolean used) {
        Allowance whole = new Allowance(query(limits));
        assertThat(whole.take(records)).as("%s", limits).isEqualTo(records.subList(0, taken));
        assertThat(whole.isUsed()).as("%s", limits).isEqualTo(used);
        assertThat(whole.size()).isEqualTo(9L * taken);
        Allowance pieces = new Allowance(query(limits));
        records.forEach(record -> pieces.take(List.of(record)));
        assertThat(pieces.given()).as("%s in pieces", limits).isEqualTo(taken);
    }

    private static ReadQuery query(Map<String, String> parameters) {
        return ReadQuery.of(name -> parameters.containsKey(name) ? List.of(parameters.get(name)) : List.of());
    }
}
