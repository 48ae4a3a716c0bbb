package dev.turnkeep.platform.start;

import dev.turnkeep.platform.start.EngineCheck.Trouble;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one look at everything around a service has found.
 *
 * @param missing by engine, in the order of the checks
 */
record Surroundings(Map<String, Trouble> missing, boolean complete) {

    static Surroundings look(List<EngineCheck> checks) {
        Map<String, Trouble> missing = new LinkedHashMap<>();
        boolean complete = true;
        for (EngineCheck check : checks) {
            Optional<Trouble> trouble = trouble(check);
            if (trouble.isPresent()) {
                complete &= !check.needed();
                missing.put(check.engine() + (check.needed() ? "" : " (the service works without it)"), trouble.get());
            }
        }
        return new Surroundings(missing, complete);
    }

    /** A check that fails must not hide what the others have to say. */
    private static Optional<Trouble> trouble(EngineCheck check) {
        try {
            return check.look();
        } catch (RuntimeException e) {
            return Optional.of(new Trouble(
                    "cannot be looked at: " + e.getClass().getSimpleName(),
                    "see the log for what the service says of it"));
        }
    }

    /** A line for each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        missing.forEach(
                (engine, trouble) -> lines.add(engine + ": " + trouble.what() + ". To do: " + trouble.remedy()));
        return lines;
    }
}
