package dev.turnkeep.session.channel.realtime;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.Route;
import io.vertx.core.http.HttpMethod;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a path of the realtime API names.
 *
 * @param session an id or an external id, as the caller gave it
 * @param channel as the log calls it: {@code in}, {@code out}, or either of a named pair, {@code channels/log/in}
 */
record RealtimePath(String session, String channel, Operation operation) {
    static final String ANY = "/realtime/v1/sessions/[^/]+/.+";

    private static final Pattern FORM =
            Pattern.compile("/realtime/v1/sessions/([^/]+)/((?:channels/[^/]+/)?(?:in|out))(?:/(records|append))?");
    private static final Pattern NAMED = Pattern.compile("channels/[A-Za-z0-9._-]{1,128}/(in|out)");

    /** What is asked of a channel, by the end of the path. */
    enum Operation {
        CHANNEL("GET, HEAD, PUT"),
        RECORDS("GET"),
        APPEND("POST");

        private final String methods;

        Operation(String methods) {
            this.methods = methods;
        }

        /** That it knows. */
        String methods() {
            return methods;
        }
    }

    /** @throws Invalid (400) for a path that names no channel */
    static RealtimePath parse(String path) {
        Matcher parts = FORM.matcher(path);
        if (!parts.matches()) {
            throw malformed();
        }
        String channel = decoded(parts.group(2));
        if (channel.startsWith("channels/") && !NAMED.matcher(channel).matches()) {
            throw malformed();
        }
        String end = parts.group(3) == null ? "" : parts.group(3);
        Operation operation =
                switch (end) {
                    case "records" -> Operation.RECORDS;
                    case "append" -> Operation.APPEND;
                    default -> Operation.CHANNEL;
                };
        return new RealtimePath(decoded(parts.group(1)), channel, operation);
    }

    /** Towards the client: only keys write there. */
    boolean isOut() {
        return channel.equals("out") || channel.endsWith("/out");
    }

    /** The row of the table of who may do what; empty for a method that is not allowed here. */
    Optional<Route> route(HttpMethod method) {
        return Optional.ofNullable(
                switch (operation) {
                    case CHANNEL ->
                        switch (method.name()) {
                            case "GET", "HEAD" -> Route.SUBSCRIBE;
                            case "PUT" -> isOut() ? Route.INITIALISE_OUT : Route.INITIALISE_IN;
                            default -> null;
                        };
                    case RECORDS -> method.equals(HttpMethod.GET) ? Route.RECORDS : null;
                    case APPEND -> {
                        Route append = isOut() ? Route.APPEND_OUT : Route.APPEND_IN;
                        yield method.equals(HttpMethod.POST) ? append : null;
                    }
                });
    }

    private static String decoded(String segment) {
        try {
            // A plus is a plus in a path.
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
    }

    private static Invalid malformed() {
        return new Invalid(
                Problem.MALFORMED, null, "Params Error: a channel is in, out, or one of channels/{name}/in and /out");
    }
}
