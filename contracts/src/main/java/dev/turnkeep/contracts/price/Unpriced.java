package dev.turnkeep.contracts.price;

/** Why a turn has no price. */
public enum Unpriced {
    /** It names no model. */
    NO_MODEL("no_model"),
    /** Its response states no usage. */
    NO_USAGE("no_usage"),
    /** What was told of its usage is not all. */
    PARTIAL_USAGE("partial_usage"),
    /** It was served in a way that has prices of its own. */
    SERVICE_TIER("service_tier"),
    /** Nobody knows the price of its model. */
    NO_PRICE("no_price"),
    /** It has something for which its price names no rate. */
    NO_RATE("no_rate"),
    /** What was counted contradicts itself. */
    CONTRADICTION("contradiction");

    private final String text;

    Unpriced(String text) {
        this.text = text;
    }

    /** The name in metrics and in the API. */
    public String text() {
        return text;
    }
}
