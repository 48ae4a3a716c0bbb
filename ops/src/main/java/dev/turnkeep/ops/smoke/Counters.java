package dev.turnkeep.ops.smoke;

/** What one instance has counted, by its metrics. */
record Counters(Caller management) {

    /** The sum of a counter's series that have this label, given as {@code job="reap"}; 0 while there is none. */
    double of(String counter, String label) {
        return management
                .get("/q/metrics")
                .expecting(200)
                .body()
                .lines()
                .filter(line -> line.startsWith(counter + "{") || line.startsWith(counter + " "))
                .filter(line -> line.contains(label))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    double of(String counter) {
        return of(counter, "");
    }
}
