package dev.turnkeep.reaper.ending;

import dev.turnkeep.contracts.lifecycle.IdleVerdict;
import dev.turnkeep.reaper.job.Counts;

/** Batches added to what a job answers. */
public final class Tally {
    private Tally() {}

    public static void add(Counts counts, String done, Ending.Batch batch) {
        for (Ending ending : batch.sessions().values()) {
            counts.add(
                    switch (ending) {
                        case Ending.Done _ -> done;
                        case Ending.Kept(var veto) -> "vetoed_" + veto.text();
                        case Ending.NotDue(IdleVerdict why) ->
                            why instanceof IdleVerdict.NotDue ? "extended" : "not_open";
                        case Ending.Absent _ -> "locked";
                    },
                    1);
        }
    }
}
