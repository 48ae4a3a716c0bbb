package dev.turnkeep.contracts.problem;

/**
 * Every problem that a Turnkeep service answers (RFC 9457) or writes on a dead letter. The code is stable: clients and
 * dashboards match on it. The title is for people and never holds a value of the request.
 */
public enum Problem {
    MALFORMED("malformed", 400, "The request is malformed"),
    INVALID_ENVELOPE("invalid_envelope", 400, "The envelope is invalid"),
    EMPTY_BATCH("empty_batch", 400, "The batch holds no turn"),
    UNAUTHENTICATED("unauthenticated", 401, "A valid credential is required"),
    FORBIDDEN("forbidden", 403, "The credential does not allow this"),
    FOREIGN_ORG("foreign_org", 403, "The body names another organisation than the credential"),
    NOT_FOUND("not_found", 404, "There is no such resource"),
    METHOD_NOT_ALLOWED("method_not_allowed", 405, "The method is not allowed here"),
    NOT_ACCEPTABLE("not_acceptable", 406, "No representation satisfies the Accept header"),
    CONFLICT("conflict", 409, "The resource exists in another form"),
    GONE("gone", 410, "The resource is no longer there"),
    TOO_LARGE("too_large", 413, "The body or the turn exceeds its limit"),
    UNSUPPORTED_MEDIA_TYPE("unsupported_media_type", 415, "The media type or coding is not supported"),
    INVALID_FIELD("invalid_field", 422, "A field breaks its rule"),
    UNSUPPORTED_PROVIDER("unsupported_provider", 422, "The provider is not supported"),
    UNPROCESSABLE_REQUEST("unprocessable_request", 422, "The provider request cannot be read"),
    UNPROCESSABLE_RESPONSE("unprocessable_response", 422, "The provider response cannot be read"),
    UNPROCESSABLE("unprocessable", 422, "The request is well-formed and cannot be met"),
    RATE_LIMITED("rate_limited", 429, "The rate limit is exceeded"),
    INTERNAL("internal", 500, "An unexpected error happened"),
    NOT_OFFERED("not_offered", 501, "This installation does not offer it"),
    UNAVAILABLE("unavailable", 503, "A store cannot confirm at the moment"),
    OVERLOADED("overloaded", 503, "The instance is at its limit of bytes in flight"),

    // Found by the consumer only: these stand on dead letters, never on an answer.
    UNREADABLE_RECORD("unreadable_record", 422, "The record is not a turn this version can read"),
    UNKNOWN_SESSION("unknown_session", 404, "The turn addresses a session that does not exist"),
    UNKNOWN_ENVIRONMENT("unknown_environment", 404, "The turn's organisation has no such environment"),
    TURN_CONFLICT("turn_conflict", 409, "The turn id is stored with another payload"),
    POISON("poison", 422, "The store refuses the turn for good");

    private final String code;
    private final int status;
    private final String title;

    Problem(String code, int status, String title) {
        this.code = code;
        this.status = status;
        this.title = title;
    }

    /** The stable name, in snake case. */
    public String code() {
        return code;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    public String title() {
        return title;
    }
}
