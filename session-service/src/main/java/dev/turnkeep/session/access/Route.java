package dev.turnkeep.session.access;

/** The one table of who may do what: each route of the API with the action it is and what it is done to. */
public enum Route {
    CREATE("POST", "/api/v1/sessions", Action.WRITE, Need.TASK),
    LIST("GET", "/api/v1/sessions", Action.READ, Need.TASKS),
    RETRIEVE("GET", "/api/v1/sessions/{session}", Action.READ, Need.SESSION),
    UPDATE("PATCH", "/api/v1/sessions/{session}", Action.ADMIN, Need.SESSION),
    CLOSE("POST", "/api/v1/sessions/{session}/close", Action.ADMIN, Need.SESSION),
    END_AND_CONTINUE("POST", "/api/v1/sessions/{session}/end-and-continue", Action.WRITE, Need.SESSION),
    SNAPSHOT_UPLOAD("PUT", "/api/v1/sessions/{session}/snapshot-url", Action.WRITE, Need.SESSION),
    SNAPSHOT_DOWNLOAD("GET", "/api/v1/sessions/{session}/snapshot-url", Action.READ, Need.SESSION),
    TRANSCRIPT("GET", "/api/v1/sessions/{session}/transcript", Action.READ, Need.KEY),
    TOKEN_CLAIMS("POST", "/api/v1/auth/jwt/claims", Action.READ, Need.KEY),
    PUBLIC_TOKEN("POST", "/api/v1/auth/public-tokens", Action.READ, Need.KEY),
    RUN_WAIT("POST", "/api/v1/runs/{run}/session-streams/wait", Action.WRITE, Need.KEY),

    // Realtime. What is true of the pair is true of the named channels.
    INITIALISE_IN("PUT", "/realtime/v1/sessions/{session}/in", Action.WRITE, Need.SESSION),
    INITIALISE_OUT("PUT", "/realtime/v1/sessions/{session}/out", Action.WRITE, Need.KEY),
    SUBSCRIBE("GET", "/realtime/v1/sessions/{session}/{io}", Action.READ, Need.SESSION),
    RECORDS("GET", "/realtime/v1/sessions/{session}/{io}/records", Action.READ, Need.SESSION),
    APPEND_IN("POST", "/realtime/v1/sessions/{session}/in/append", Action.WRITE, Need.SESSION),
    APPEND_OUT("POST", "/realtime/v1/sessions/{session}/out/append", Action.WRITE, Need.KEY),

    // Durable Streams on a session's channels.
    CHANNEL_READ("GET", "/v1/sessions/{session}/{channel}", Action.READ, Need.SESSION),
    CHANNEL_WRITE_IN("POST", "/v1/sessions/{session}/in", Action.WRITE, Need.SESSION),
    CHANNEL_WRITE("POST", "/v1/sessions/{session}/{channel}", Action.WRITE, Need.KEY),
    CHANNEL_MAKE("PUT", "/v1/sessions/{session}/{channel}", Action.WRITE, Need.KEY),
    CHANNEL_DELETE("DELETE", "/v1/sessions/{session}/{channel}", Action.ADMIN, Need.KEY),

    // S2 on the same channels, whose names are one segment. A stream token writes, too: the one stream that it names.
    S2_READ("GET", "/v1/s2/streams/sessions%2F{session}%2F{channel}/records", Action.READ, Need.SESSION),
    S2_TAIL("GET", "/v1/s2/streams/sessions%2F{session}%2F{channel}/records/tail", Action.READ, Need.SESSION),
    S2_APPEND("POST", "/v1/s2/streams/sessions%2F{session}%2F{channel}/records", Action.WRITE, Need.KEY),

    SESSION("GET", "/v1/sessions/{session}", Action.READ, Need.SESSION),
    SESSION_LIST("GET", "/v1/sessions", Action.READ, Need.SESSIONS),
    SESSION_COUNT("GET", "/v1/sessions/count", Action.READ, Need.SESSIONS),
    SESSION_TAGS("GET", "/v1/sessions/tags", Action.READ, Need.SESSIONS),
    STATS("GET", "/v1/stats", Action.READ, Need.SESSIONS),
    TURNS("GET", "/v1/sessions/{session}/turns", Action.READ, Need.SESSION),
    MESSAGES("GET", "/v1/sessions/{session}/messages", Action.READ, Need.SESSION),
    EVENTS("GET", "/v1/sessions/{session}/events", Action.READ, Need.SESSION),
    THREADS("GET", "/v1/sessions/{session}/threads", Action.READ, Need.SESSION),
    EXPLAIN_PRICE("GET", "/v1/prices/explain", Action.READ, Need.SESSIONS),
    TURN("GET", "/v1/turns/{turn}", Action.READ, Need.SESSIONS),
    ACTOR("GET", "/v1/actors/{harness}/{actor}/session", Action.READ, Need.SESSIONS),
    SUSPEND("POST", "/v1/sessions/{session}/suspend", Action.ADMIN, Need.SESSION),
    RESUME("POST", "/v1/sessions/{session}/resume", Action.ADMIN, Need.SESSION),
    END("POST", "/v1/sessions/{session}/end", Action.ADMIN, Need.SESSION),
    CLOSE_SESSION("POST", "/v1/sessions/{session}/close", Action.ADMIN, Need.SESSION),
    ERASE("DELETE", "/v1/sessions/{session}", Action.ADMIN, Need.SESSION),
    FORK("POST", "/v1/sessions/{session}/fork", Action.WRITE, Need.SESSIONS),
    LEASE("PUT", "/v1/sessions/{session}/leases/{holder}", Action.WRITE, Need.SESSION),
    RELEASE("DELETE", "/v1/sessions/{session}/leases/{holder}", Action.WRITE, Need.SESSION),

    REPRICE("POST", "/v1/admin/reprice", Action.ADMIN, Need.OPERATOR),
    REDERIVE("POST", "/v1/admin/rederive", Action.ADMIN, Need.OPERATOR),
    MAKE_ORG("POST", "/v1/admin/orgs", Action.ADMIN, Need.OPERATOR),
    LIST_ORGS("GET", "/v1/admin/orgs", Action.ADMIN, Need.OPERATOR),
    LIST_ENVIRONMENTS("GET", "/v1/admin/orgs/{org}/environments", Action.ADMIN, Need.OPERATOR),
    SET_ENVIRONMENT("PUT", "/v1/admin/orgs/{org}/environments/{environment}", Action.ADMIN, Need.OPERATOR),
    MAKE_KEY("POST", "/v1/admin/keys", Action.ADMIN, Need.OPERATOR),
    LIST_KEYS("GET", "/v1/admin/keys", Action.ADMIN, Need.OPERATOR),
    ROTATE_KEY("POST", "/v1/admin/keys/{key}/rotate", Action.ADMIN, Need.OPERATOR),
    REVOKE_KEY("DELETE", "/v1/admin/keys/{key}", Action.ADMIN, Need.OPERATOR);

    private final String method;
    private final String path;
    private final Action action;
    private final Need need;

    Route(String method, String path, Action action, Need need) {
        this.method = method;
        this.path = path;
        this.action = action;
        this.need = need;
    }

    public String method() {
        return method;
    }

    /** With names in braces for what varies. */
    public String path() {
        return path;
    }

    public Action action() {
        return action;
    }

    public Need need() {
        return need;
    }
}
