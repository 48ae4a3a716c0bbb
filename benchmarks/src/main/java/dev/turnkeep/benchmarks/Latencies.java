package dev.turnkeep.benchmarks;

import java.util.Arrays;
import java.util.List;

/** Durations that were measured, by their order. In milliseconds. */
record Latencies(int count, double p50, double p99) {
    private static final double NANOS_PER_MILLI = 1e6;

    /** @param nanos at least one */
    static Latencies of(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Latencies(sorted.length, at(sorted, 0.5), at(sorted, 0.99));
    }

    /** @param nanos at least one */
    static Latencies of(List<Long> nanos) {
        return of(nanos.stream().mapToLong(each -> each).toArray());
    }

    private static double at(long[] sorted, double rank) {
        int place = (int) Math.ceil(rank * sorted.length) - 1;
        return Math.round(sorted[Math.max(0, place)] / NANOS_PER_MILLI * 1000) / 1000.0;
    }
}
