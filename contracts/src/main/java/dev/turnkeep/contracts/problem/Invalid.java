package dev.turnkeep.contracts.problem;

import org.jspecify.annotations.Nullable;

/**
 * Input that breaks a rule: which problem, where, and what the rule is. The detail names the limit and never repeats the
 * value, because it is answered to callers and logged.
 */
public final class Invalid extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Problem problem;
    private final @Nullable String field;
    private final transient @Nullable Excess excess;

    public Invalid(Problem problem, @Nullable String field, String detail) {
        this(problem, field, detail, null);
    }

    private Invalid(Problem problem, @Nullable String field, String detail, @Nullable Excess excess) {
        super(detail, null, false, false);
        this.problem = problem;
        this.field = field;
        this.excess = excess;
    }

    /** Something that is larger than its limit (413); the detail names both and their unit. */
    public static Invalid tooLarge(String detail, long size, long limit) {
        return new Invalid(Problem.TOO_LARGE, null, detail, new Excess(size, limit));
    }

    /** A field that breaks its rule (422), such as {@code field("harness_session_id", "1..256 characters")}. */
    public static Invalid field(String field, String rule) {
        return new Invalid(Problem.INVALID_FIELD, field, field + ": " + rule);
    }

    public Problem problem() {
        return problem;
    }

    /** The path of the field, such as {@code session.harness_id}; null where the whole input is meant. */
    public @Nullable String field() {
        return field;
    }

    /** How far a limit is exceeded, where that is what is wrong and it is known. */
    public @Nullable Excess excess() {
        return excess;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }

    /** The same problem seen from outside: {@code within("session")} turns {@code cwd} into {@code session.cwd}. */
    public Invalid within(String parent) {
        String path = field == null ? parent : parent + "." + field;
        return new Invalid(problem, path, field == null ? parent + ": " + detail() : parent + "." + detail(), excess);
    }
}
