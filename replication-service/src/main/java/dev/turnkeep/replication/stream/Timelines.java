package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The history of a server's log: it is on one timeline, and left others at some position, by promotions and restores.
 *
 * @param left by timeline, where it was left for the next
 */
public record Timelines(int current, Map<Integer, Lsn> left) {
    public Timelines {
        left = Map.copyOf(left);
    }

    /** Of a server that was never promoted. */
    public static Timelines first() {
        return new Timelines(1, Map.of());
    }

    /**
     * Reads a history file: lines of a timeline, the position at which it was left, and a reason; comments begin with #.
     *
     * @throws IllegalArgumentException when a line is none of these
     */
    static Timelines parse(int current, String history) {
        Map<Integer, Lsn> left = new TreeMap<>();
        for (String line : history.lines().map(String::strip).toList()) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.split("\\s+", 3);
            if (words.length < 2) {
                throw new IllegalArgumentException("not a line of a timeline's history: " + line);
            }
            left.put(Integer.parseInt(words[0]), Lsn.parse(words[1]));
        }
        return new Timelines(current, left);
    }

    /**
     * Up to where the log of a timeline is the server's own.
     *
     * @return empty when all of it is; zero for a timeline that the server was never on
     */
    public Optional<Lsn> end(int timeline) {
        return timeline == current ? Optional.empty() : Optional.of(left.getOrDefault(timeline, Lsn.ZERO));
    }
}
