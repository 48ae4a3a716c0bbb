package dev.turnkeep.session.channel.s2;

/** A request that is answered with a refusal. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    Refused(Refusal refusal) {
        super("refused", null, false, false);
        this.refusal = refusal;
    }

    static Refused of(int status, String code, String message) {
        return new Refused(Refusal.of(status, code, message));
    }

    Refusal refusal() {
        return refusal;
    }
}
