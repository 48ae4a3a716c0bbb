package dev.turnkeep.benchmarks;

import java.util.Map;

/**
 * One phase of one round.
 *
 * @param cpu seconds of CPU time by process
 */
record Sample(int turns, double seconds, Map<String, Double> cpu) {
    double turnsPerSecond() {
        return turns / seconds;
    }
}
