package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.channel.log.StreamAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From a path to what it names. */
final class Addresses {
    static final String OPEN = "/v1/stream/";
    static final Pattern CHANNEL = Pattern.compile("/v1/sessions/([^/]+)/(in|out|channels/[^/]+(?:/(?:in|out))?)");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}(/(in|out))?");
    private static final String NAMED = "channels/";

    private Addresses() {}

    /** @param name {@code in}, {@code out} or {@code channels/...} */
    record Channel(String session, String name) {}

    /** A name of the open namespace; slashes are part of it, encoded or not. */
    static StreamAddress open(String path) {
        if (!path.startsWith(OPEN)) {
            throw malformed();
        }
        return StreamAddress.open(decoded(path.substring(OPEN.length())));
    }

    static Channel channel(String path) {
        Matcher parts = CHANNEL.matcher(path);
        if (!parts.matches()) {
            throw malformed();
        }
        String name = decoded(parts.group(2));
        if (name.startsWith(NAMED)
                && !NAME.matcher(name.substring(NAMED.length())).matches()) {
            throw new Invalid(Problem.MALFORMED, null, "a channel's name has 1..128 of A-Z a-z 0-9 . _ -");
        }
        return new Channel(decoded(parts.group(1)), name);
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
        return new Invalid(Problem.MALFORMED, null, "the path names no stream");
    }
}
