package dev.turnkeep.platform.http;

import dev.turnkeep.contracts.problem.Problem;
import java.time.Duration;

/** A refusal that says when to come back: 429 or 503 with {@code Retry-After}. Nothing of the request took effect. */
public final class RetryLater extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Problem problem;
    private final Duration after;

    /**
     * @param detail answered to the caller: no value of the request, nothing internal
     * @param after rounded up to whole seconds, at least one
     */
    public RetryLater(Problem problem, String detail, Duration after) {
        super(detail, null, false, false);
        this.problem = problem;
        this.after = after;
    }

    /** A store that cannot answer or confirm at the moment (503). */
    public static RetryLater unavailable(String detail) {
        return new RetryLater(Problem.UNAVAILABLE, detail, Duration.ofSeconds(1));
    }

    public Problem problem() {
        return problem;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }

    public Duration after() {
        return after;
    }
}
