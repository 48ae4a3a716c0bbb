package dev.turnkeep.ops.smoke;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What services do for operators on their management ports, besides health and metrics. No document of theirs says it: a test
 * compares this with the sources.
 */
final class Management {
    static final String RESNAPSHOT = "POST /resnapshot";

    static final Set<String> REAPER = Set.of("POST /jobs/{name}", "GET /invariants");
    static final Set<String> REPLICATION = Set.of("GET /status", "POST /requeue", RESNAPSHOT);

    /** What {@code POST /jobs/{name}} is called with. */
    static final List<String> JOBS = List.of("reap", "sweep", "expire", "retire", "vacuum", "check");

    private Management() {}

    /** Those that were not called and might have been. */
    static Set<String> missing(Calls calls, Deployment deployment) {
        Set<String> missing = new TreeSet<>(calls.missing(deployment.reaperManagement(), REAPER));
        missing.addAll(calls.missing(deployment.replicationManagement(), REPLICATION));
        if (!deployment.resnapshot()) {
            missing.remove(RESNAPSHOT);
        }
        return missing;
    }
}
