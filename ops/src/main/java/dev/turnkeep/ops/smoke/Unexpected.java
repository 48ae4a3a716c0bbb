package dev.turnkeep.ops.smoke;

/** Something is not as it should be; the message says what. */
final class Unexpected extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unexpected(String message) {
        super(message);
    }
}
