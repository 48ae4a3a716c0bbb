package dev.turnkeep.e2e.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Future;

/** What must be true of a channel whose last record is "the end", whatever befell the service meanwhile. */
final class Kept {
    private Kept() {}

    /** Everybody has ended: what was acknowledged is there once, and every reader has seen what is there. */
    static void assertKept(Channel channel, List<Future<List<String>>> readings, List<Writer> writers) {
        List<String> stored = channel.records();
        assertThat(stored).as("no hole in the offsets").hasSize(Math.toIntExact(channel.end()));
        assertThat(stored).doesNotHaveDuplicates().endsWith("the end");
        writers.forEach(writer -> assertKept(writer, stored));
        readings.forEach(reading -> assertThat(Crowd.result(reading)).isEqualTo(stored));
    }

    /** A producer's texts are there as they were acknowledged; another's may be among attempts that nobody confirmed. */
    private static void assertKept(Writer writer, List<String> stored) {
        List<String> own = stored.stream()
                .filter(text -> text.startsWith(writer.name() + "/"))
                .toList();
        if (writer.idempotent()) {
            assertThat(own).isEqualTo(writer.acknowledged());
        } else {
            assertThat(own).containsSubsequence(writer.acknowledged());
            assertThat(own).isSortedAccordingTo(Kept::byNumberAndAttempt);
        }
    }

    private static int byNumberAndAttempt(String one, String other) {
        String[] left = one.split("/", -1);
        String[] right = other.split("/", -1);
        int byNumber = Integer.compare(Integer.parseInt(left[1]), Integer.parseInt(right[1]));
        return byNumber != 0 ? byNumber : Integer.compare(Integer.parseInt(left[2]), Integer.parseInt(right[2]));
    }
}
