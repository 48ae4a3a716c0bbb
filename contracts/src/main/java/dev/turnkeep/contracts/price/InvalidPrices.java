package dev.turnkeep.contracts.price;

/** A list of prices says something that cannot be meant. The message begins with where. */
public final class InvalidPrices extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidPrices(String where, String problem) {
        super(where + ": " + problem);
    }
}
