package dev.turnkeep.session.channel.token;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.log.StreamAddress;
import java.util.Optional;

/**
 * What clients that write by S2 call a session's channel.
 *
 * @param channel such as {@code in} or {@code channels/log/out}
 */
public record S2Address(SessionId session, String channel) {
    /** Of the endpoint, after which come {@code /streams/...}. Clients add no version to an endpoint that has a path. */
    public static final String PATH = "/v1/s2";

    /** All streams are in it: whose they are, the credential says. Clients want 8 to 48 of {@code a-z 0-9 -}. */
    public static final String BASIN = "turnkeep";

    private static final String PREFIX = "sessions/";

    public static S2Address of(StreamAddress stream) {
        return new S2Address(stream.owner(), stream.name());
    }

    /** Empty for a name that is no channel's. */
    public static Optional<S2Address> parse(String name) {
        int slash = name.indexOf('/', PREFIX.length());
        if (!name.startsWith(PREFIX) || slash < 0 || slash == name.length() - 1) {
            return Optional.empty();
        }
        return SessionId.parse(name.substring(PREFIX.length(), slash))
                .map(session -> new S2Address(session, name.substring(slash + 1)));
    }

    /** As it is handed out: made of what never changes, so it outlives every external id. */
    public String name() {
        return PREFIX + session.friendly() + "/" + channel;
    }
}
