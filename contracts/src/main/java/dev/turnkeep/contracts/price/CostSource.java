package dev.turnkeep.contracts.price;

/** Where a turn's cost comes from. */
public enum CostSource {
    /** The caller said it. */
    REPORTED("reported"),
    PRICED("priced"),
    /** Nobody knows it: the turn has no cost, which is not a cost of 0. */
    UNPRICED("unpriced");

    private final String text;

    CostSource(String text) {
        this.text = text;
    }

    /** The name in storage and in the API. */
    public String text() {
        return text;
    }
}
