package dev.turnkeep.contracts.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which models took part in a session: together they are the session's totals, exactly.
 *
 * @param models in the order of their first turns; what comes after {@value #MOST} of them is counted as {@value #OTHERS}
 */
public record ModelUsage(List<ModelTotals> models) {
    /** A session's row is written with every turn, so it holds only so many. */
    public static final int MOST = 32;
    /** Stands for the provider of all models that came later. */
    public static final String OTHERS = "other";

    public static final ModelUsage NONE = new ModelUsage(List.of());

    public ModelUsage {
        models = List.copyOf(models);
    }

    /** With one turn more. */
    public ModelUsage plus(String provider, @Nullable String model, boolean main, Totals adds, boolean late) {
        int index = index(provider, model);
        ModelTotals known = index < models.size() ? models.get(index) : first(provider, model);
        return with(
                index,
                new ModelTotals(
                        known.provider(),
                        known.model(),
                        known.mainTurns() + (main ? 1 : 0),
                        known.totals().plus(adds, late)));
    }

    /** With turns that were there already at other prices. */
    public ModelUsage repriced(String provider, @Nullable String model, long addedCost, long addedUnpriced) {
        int index = index(provider, model);
        if (index == models.size()) {
            return this;
        }
        ModelTotals known = models.get(index);
        return with(
                index,
                new ModelTotals(
                        known.provider(),
                        known.model(),
                        known.mainTurns(),
                        known.totals().repriced(addedCost, addedUnpriced)));
    }

    /** The model of most turns of the main thread; without such turns, of most turns; of equals the first. */
    public @Nullable String mainModel() {
        ModelTotals most = null;
        for (ModelTotals model : models) {
            if (model.model() != null && (most == null || more(model, most))) {
                most = model;
            }
        }
        return most == null ? null : most.model();
    }

    private static boolean more(ModelTotals model, ModelTotals than) {
        return model.mainTurns() != than.mainTurns()
                ? model.mainTurns() > than.mainTurns()
                : model.mainTurns() == 0
                        && model.totals().turns() > than.totals().turns();
    }

    /** Where the model is, or would be added. */
    private int index(String provider, @Nullable String model) {
        for (int i = 0; i < models.size(); i++) {
            ModelTotals known = models.get(i);
            boolean same = known.provider().equals(provider) && Objects.equals(known.model(), model);
            if (same || i == MOST) {
                return i;
            }
        }
        return models.size();
    }

    private ModelTotals first(String provider, @Nullable String model) {
        boolean other = models.size() >= MOST;
        return new ModelTotals(other ? OTHERS : provider, other ? null : model, 0, Totals.ZERO);
    }

    private ModelUsage with(int index, ModelTotals totals) {
        List<ModelTotals> changed = new ArrayList<>(models);
        if (index == changed.size()) {
            changed.add(totals);
        } else {
            changed.set(index, totals);
        }
        return new ModelUsage(changed);
    }
}
