package dev.turnkeep.contracts.id;

/** The program that runs the agent, such as {@code claude}: 1 to 128 characters, without NUL and lone surrogates. */
public record HarnessId(String value) {
    /** What stands for a harness that the caller did not name. */
    public static final HarnessId UNKNOWN = new HarnessId("unknown");

    public HarnessId {
        IdText.checked("harness_id", value, 128);
    }
}
