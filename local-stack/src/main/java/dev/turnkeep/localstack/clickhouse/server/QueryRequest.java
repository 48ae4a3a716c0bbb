package dev.turnkeep.localstack.clickhouse.server;

import dev.turnkeep.localstack.clickhouse.engine.ClickHouseException;
import dev.turnkeep.localstack.clickhouse.http.RequestHead;
import dev.turnkeep.localstack.clickhouse.wire.HttpCoding;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What a request asks for besides its statement.
 *
 * @param queryId the caller's, or one made up here
 * @param database blank for the connection's own
 * @param format of a result whose statement names none
 * @param settings every parameter of the URL that means nothing else
 * @param parameters of {@code param_}, by the rest of their names
 * @param readOnly the level of ClickHouse's setting: 0 for any statement, 1 for those that only look, 2 for the same
 *     with settings of their own. Never 0 under GET
 * @param framesIn whether the body comes in compressed frames
 * @param framesOut whether the result goes out in compressed frames
 * @param coding of the response, as HTTP has it
 * @param wholeFirst whether the response begins only when the statement has ended
 */
record QueryRequest(
        String queryId,
        String database,
        String format,
        Map<String, String> settings,
        Map<String, String> parameters,
        Optional<SessionKey> session,
        int readOnly,
        boolean framesIn,
        boolean framesOut,
        Optional<HttpCoding> coding,
        boolean wholeFirst) {

    /**
     * @param mustExist whether a session that is not there is an error
     * @param timeout how long it outlives its last request
     */
    record SessionKey(String user, String id, boolean mustExist, Duration timeout) {}

    private static final Set<String> NOT_SETTINGS = Set.of(
            "query",
            "database",
            "default_format",
            "query_id",
            "session_id",
            "session_timeout",
            "session_check",
            "user",
            "password",
            "quota_key",
            "compress",
            "decompress",
            "wait_end_of_query",
            "buffer_size",
            "enable_http_compression",
            "http_zlib_compression_level",
            "stacktrace",
            "client_protocol_version",
            "close_session");

    private static final String PARAMETER = "param_";
    private static final long LONGEST_SESSION = 3600;

    static QueryRequest of(RequestHead head, String user) {
        Map<String, String> settings = new LinkedHashMap<>();
        Map<String, String> parameters = new LinkedHashMap<>();
        head.parameters().forEach((name, value) -> {
            if (name.startsWith(PARAMETER)) parameters.put(name.substring(PARAMETER.length()), value);
            else if (!NOT_SETTINGS.contains(name)) settings.put(name, value);
        });
        boolean get = !head.method().equals("POST");
        int readOnly = readOnly(get, settings);
        String id = head.parameter("query_id");
        return new QueryRequest(
                id.isEmpty() ? UUID.randomUUID().toString() : id,
                first(head.parameter("database"), head.header("X-ClickHouse-Database")),
                first(head.parameter("default_format"), head.header("X-ClickHouse-Format"), "TabSeparated"),
                settings,
                parameters,
                session(head, user),
                readOnly,
                head.flag("decompress"),
                head.flag("compress"),
                head.flag("enable_http_compression")
                        ? HttpCoding.accepted(head.header("Accept-Encoding"))
                        : Optional.empty(),
                head.flag("wait_end_of_query"));
    }

    /** Taken out of the settings, unless it is no level at all: the engine then has the words for it. */
    private static int readOnly(boolean get, Map<String, String> settings) {
        String given = settings.getOrDefault("readonly", "");
        if (!given.matches("[0-2]")) return get ? 2 : 0;
        settings.remove("readonly");
        int level = given.charAt(0) - '0';
        if (get && level == 0)
            throw ClickHouseException.of(
                    ClickHouseException.READONLY,
                    "READONLY",
                    "Cannot modify 'readonly' setting in readonly mode, which GET is: use POST");
        return level;
    }

    private static Optional<SessionKey> session(RequestHead head, String user) {
        String id = head.parameter("session_id");
        if (id.isEmpty()) return Optional.empty();
        String timeout = head.parameter("session_timeout");
        long seconds = timeout.matches("[0-9]{1,9}") ? Long.parseLong(timeout) : 60;
        Duration life = Duration.ofSeconds(Math.min(seconds, LONGEST_SESSION));
        return Optional.of(new SessionKey(user, id, head.flag("session_check"), life));
    }

    private static String first(String... values) {
        for (String value : values) if (!value.isEmpty()) return value;
        return "";
    }
}
