package dev.turnkeep.reaper.check;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a check found. Built by one thread, then only read. */
public final class Report {
    private static final int EXAMPLES = 10;

    private final Instant at;
    private final Map<Invariant, Finding> findings = new EnumMap<>(Invariant.class);
    private final Map<String, Long> vetoed = new TreeMap<>();
    private long sessions;
    private long due;

    private static final class Finding {
        private long violations;
        private final List<String> examples = new ArrayList<>();
        private String unknown = "";
        private String note = "";
    }

    Report(Instant at) {
        this.at = at;
        for (Invariant invariant : Invariant.values()) {
            findings.put(invariant, new Finding());
        }
    }

    void looked(long more) {
        sessions += more;
    }

    void violated(Invariant invariant, String example) {
        Finding finding = of(invariant);
        finding.violations++;
        if (finding.examples.size() < EXAMPLES) {
            finding.examples.add(example);
        }
    }

    /** It could not be found out, which is not the same as that it holds. */
    void unknown(Invariant invariant, String reason) {
        of(invariant).unknown = reason;
    }

    /** It holds, and whoever reads that should know why. */
    void noted(Invariant invariant, String note) {
        of(invariant).note = note;
    }

    void vetoed(String veto) {
        vetoed.merge(veto, 1L, Long::sum);
    }

    /** One is due, and was not long enough ago. */
    void due() {
        due++;
    }

    private Finding of(Invariant invariant) {
        return findings.computeIfAbsent(invariant, i -> new Finding());
    }

    public long violations(Invariant invariant) {
        return of(invariant).violations;
    }

    public long sessions() {
        return sessions;
    }

    /** Whether every invariant is known to hold. */
    public boolean holds() {
        return findings.values().stream().allMatch(f -> f.violations == 0 && f.unknown.isEmpty());
    }

    public JsonObject json() {
        JsonArray invariants = new JsonArray();
        findings.forEach((invariant, finding) -> {
            JsonObject json = new JsonObject()
                    .put("invariant", invariant.text())
                    .put("holds", finding.violations == 0 && finding.unknown.isEmpty())
                    .put("violations", finding.violations);
            if (!finding.examples.isEmpty()) {
                json.put("examples", new JsonArray(finding.examples));
            }
            if (!finding.unknown.isEmpty()) {
                json.put("unknown", finding.unknown);
            }
            if (!finding.note.isEmpty()) {
                json.put("note", finding.note);
            }
            invariants.add(json);
        });
        JsonObject kept = new JsonObject();
        vetoed.forEach(kept::put);
        return new JsonObject()
                .put("holds", holds())
                .put("checked_at", at.toString())
                .put("sessions", sessions)
                .put("invariants", invariants)
                .put("due", due)
                .put("overdue_vetoed", kept);
    }
}
