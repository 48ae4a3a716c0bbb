package dev.turnkeep.platform.start;

/** Ends the start. What is wrong has been logged; the process exits with a status that is not 0. */
final class StartRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StartRefused(int settings) {
        super(
                settings + (settings == 1 ? " setting" : " settings") + " cannot be used: see the report above",
                null,
                false,
                false);
    }
}
