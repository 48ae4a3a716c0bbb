package dev.turnkeep.session.control;

import org.jspecify.annotations.Nullable;

/**
 * A run's wish to be followed by another one.
 *
 * @param from the run that asks
 * @param reason one of the known ones, else {@code manual}
 */
record HandOver(RunId from, String reason, Pin pin) {
    private static final int CAP = 64;
    private static final int RUN = 256;
    private static final String UPGRADE = "upgrade";

    /** Which deployment later runs are pinned to, if that changes. Null for none. */
    record Pin(boolean changed, @Nullable String deployment) {}

    static HandOver of(Fields fields) {
        RunId from = new RunId(fields.text("callingRunId", 1, RUN));
        String reason = fields.text("reason", 0, CAP);
        boolean upgrade = reason.equals(UPGRADE);
        Pin pin = new Pin(upgrade, TriggerConfig.deployment(fields).orElse(null));
        return new HandOver(
                from,
                switch (reason) {
                    case "initial", "continuation", UPGRADE -> reason;
                    default -> "manual";
                },
                pin);
    }
}
