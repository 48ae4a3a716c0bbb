package dev.turnkeep.session.list;

import java.util.Arrays;
import java.util.Optional;

/** What a list can be sorted by. Only {@link #CREATED_AT} never changes; in the other orders sessions move under the reader. */
enum Sort {
    CREATED_AT("created_at", Form.TIME, "s.created_at", "created_at"),
    LAST_ACTIVE(
            "last_active", Form.TIME, "coalesce(s.last_event_at, s.created_at)", "coalesce(last_event_at, created_at)"),
    STARTED_AT("started_at", Form.TIME, "coalesce(s.started_at, s.created_at)", "coalesce(started_at, created_at)"),
    TURN_COUNT("turn_count", Form.NUMBER, "s.turn_count", "turn_count"),
    TOTAL_COST_USD("total_cost_usd", Form.NUMBER, "s.cost_nano_usd", "cost_nano_usd"),
    TOTAL_TOKENS("total_tokens", Form.NUMBER, "(s.input_tokens + s.output_tokens)", "(input_tokens + output_tokens)"),
    DURATION_NS(
            "duration_ns",
            Form.NUMBER,
            "coalesce((extract(epoch FROM s.last_event_at - s.started_at) * 1000000)::bigint, 0)",
            "ifNull(toUnixTimestamp64Micro(last_event_at) - toUnixTimestamp64Micro(started_at), 0)"),
    DERIVED_STATUS("derived_status", Form.TEXT, "s.status", "status"),
    AUTH_SUBJECT("auth_subject", Form.TEXT, "coalesce(s.auth_subject, '')", "ifNull(auth_subject, '')");

    private enum Form {
        TIME,
        NUMBER,
        TEXT
    }

    private final String parameter;
    private final Form form;
    private final String postgres;
    private final String clickHouse;

    Sort(String parameter, Form form, String postgres, String clickHouse) {
        this.parameter = parameter;
        this.form = form;
        this.postgres = postgres;
        this.clickHouse = clickHouse;
    }

    static Optional<Sort> of(String parameter) {
        return Arrays.stream(values())
                .filter(sort -> sort.parameter.equals(parameter))
                .findFirst();
    }

    static String names() {
        return String.join(
                ", ", Arrays.stream(values()).map(sort -> sort.parameter).toList());
    }

    String parameter() {
        return parameter;
    }

    /** Whether a turn can change a session's place. */
    boolean movedByTurns() {
        return this != CREATED_AT;
    }

    boolean isText() {
        return form == Form.TEXT;
    }

    /** The number of a key, in Postgres. */
    String postgresNumber() {
        return switch (form) {
            case TIME -> "(extract(epoch FROM " + postgres + ") * 1000000)::bigint";
            case NUMBER -> postgres;
            case TEXT -> "0::bigint";
        };
    }

    /** The text of a key, in Postgres. */
    String postgresText() {
        return form == Form.TEXT ? postgres + " COLLATE \"C\"" : "''";
    }

    /** What Postgres sorts by before the id: for {@link #CREATED_AT} the column itself, which is indexed. */
    String postgresOrder() {
        return switch (form) {
            case TIME -> postgres;
            case NUMBER -> postgres;
            case TEXT -> postgresText();
        };
    }

    /** A parameter that holds a key's number (in microseconds, of times) or text, in the type of {@link #postgresOrder}. */
    String postgresBound(String parameter) {
        return switch (form) {
            case TIME -> "(timestamptz 'epoch' + " + parameter + "::bigint * interval '1 microsecond')";
            case NUMBER -> parameter + "::bigint";
            case TEXT -> parameter + "::text";
        };
    }

    /** The number of a key, in ClickHouse. */
    String clickHouseNumber() {
        return switch (form) {
            case TIME -> "toUnixTimestamp64Micro(" + clickHouse + ")";
            case NUMBER -> "toInt64(" + clickHouse + ")";
            case TEXT -> "toInt64(0)";
        };
    }

    /** The text of a key, in ClickHouse. */
    String clickHouseText() {
        return form == Form.TEXT ? "toString(" + clickHouse + ")" : "''";
    }
}
