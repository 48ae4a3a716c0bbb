package dev.turnkeep.contracts.price;

import java.time.Instant;
import java.time.LocalTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model's prices.
 *
 * @param windows of which the last one that holds at a moment is the price; the first, when none does
 */
record ModelPrices(String id, Match match, List<Window> windows) {
    /** When a price holds. */
    sealed interface When {
        boolean holds(Instant at, LocalTime timeOfDay);
    }

    record Always() implements When {
        @Override
        public boolean holds(Instant at, LocalTime timeOfDay) {
            return true;
        }
    }

    record From(Instant start) implements When {
        @Override
        public boolean holds(Instant at, LocalTime timeOfDay) {
            return !at.isBefore(start);
        }
    }

    /** Every day; past midnight when the end is earlier than the start. Times are UTC. */
    record TimeOfDay(LocalTime start, LocalTime end) implements When {
        @Override
        public boolean holds(Instant at, LocalTime timeOfDay) {
            boolean begun = !timeOfDay.isBefore(start);
            boolean over = !timeOfDay.isBefore(end);
            return end.isBefore(start) ? begun || !over : begun && !over;
        }
    }

    /** @param digest of the rates: the name of a price says which rates are meant, whoever wrote the list and reads it */
    record Window(When when, Rates rates, String digest) {
        private static final int DIGEST = 8;

        static Window of(When when, Rates rates) {
            return new Window(when, rates, RatesJson.digest(rates).substring(0, DIGEST));
        }
    }

    /** Which window holds. */
    int at(Instant at, LocalTime timeOfDay) {
        for (int i = windows.size() - 1; i >= 0; i--) {
            if (windows.get(i).when().holds(at, timeOfDay)) {
                return i;
            }
        }
        return 0;
    }

    @Nullable
    String windowName(int window) {
        return windows.size() == 1 ? null : Integer.toString(window);
    }
}
