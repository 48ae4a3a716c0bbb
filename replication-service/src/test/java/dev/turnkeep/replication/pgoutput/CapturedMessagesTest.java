package dev.turnkeep.replication.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.replication.pgoutput.Message.Begin;
import dev.turnkeep.replication.pgoutput.Message.Commit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Reads what a real Postgres 18 has sent. */
class CapturedMessagesTest {
    private static final List<String> CAPTURE = Capture.resource("postgres-18.hex");

    @Test
    void readsEveryKindOfMessageOfARealServer() {
        assertThat(Capture.read(CAPTURE)).containsExactlyElementsOf(Capture.resource("postgres-18.txt"));
    }

    @Test
    void readsTransactionsInTheOrderOfTheirCommits() {
        // Given
        Decoder decoder = new Decoder();
        List<Lsn> commits = new ArrayList<>();
        List<Lsn> ends = new ArrayList<>();

        // When
        for (String line : CAPTURE) {
            switch (decoder.decode(Capture.bytes(line), Capture.at(line))) {
                case Begin begin -> commits.add(begin.commit());
                case Commit commit -> {
                    assertThat(commit.commit()).isEqualTo(commits.getLast());
                    ends.add(commit.end());
                }
                default -> {
                    // Not about transactions.
                }
            }
        }

        // Then
        assertThat(commits).hasSameSizeAs(ends).isSorted().doesNotHaveDuplicates();
        assertThat(ends).isSorted().doesNotHaveDuplicates();
    }

    @Property(tries = 1000)
    void readsDamagedCapturesOrRefusesThemWithTheirPosition(@ForAll long seed) {
        // Given
        Random random = new Random(seed);
        Decoder decoder = new Decoder();
        int damaged = random.nextInt(CAPTURE.size());
        for (String line : CAPTURE.subList(0, damaged)) {
            decoder.decode(Capture.bytes(line), Capture.at(line));
        }
        String line = CAPTURE.get(damaged);
        byte[] bytes = Capture.bytes(line);

        // When
        byte[] part = Arrays.copyOf(bytes, random.nextInt(bytes.length));
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));

        // Then
        assertThatThrownBy(() -> decoder.decode(part, Capture.at(line)))
                .isInstanceOfSatisfying(
                        CorruptMessageException.class, e -> assertThat(e.at()).isEqualTo(Capture.at(line)));
        try {
            Rendering.of(decoder.decode(bytes, Capture.at(line)), decoder);
        } catch (CorruptMessageException e) {
            assertThat(e.at()).isEqualTo(Capture.at(line));
        }
    }
}
