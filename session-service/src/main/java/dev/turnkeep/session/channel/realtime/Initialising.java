package dev.turnkeep.session.channel.realtime;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.realtime.Exchange.Let;
import dev.turnkeep.session.channel.realtime.RealtimeSessions.Known;
import dev.turnkeep.session.channel.token.S2Address;
import dev.turnkeep.session.channel.token.StreamTokens;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.util.Map;

/** PUT: tells a client that writes by S2 where, and gives it a token for this one stream. */
@Singleton
class Initialising {
    private static final String LINGER_MILLIS = "100";
    private static final String RETRIES = "10";

    private final RealtimeSessions sessions;
    private final RealtimeChannels channels;
    private final StreamTokens tokens;
    private final ChannelsConfig config;

    Initialising(RealtimeSessions sessions, RealtimeChannels channels, StreamTokens tokens, ChannelsConfig config) {
        this.sessions = sessions;
        this.channels = channels;
        this.tokens = tokens;
        this.config = config;
    }

    /** On a virtual thread. */
    void put(Let let) {
        Known session = sessions.get(let.granted());
        if (session.over() || session.expired()) {
            throw new Invalid(
                    Problem.MALFORMED,
                    null,
                    "Cannot initialize a channel of " + (session.over() ? "a closed" : "an expired") + " session");
        }
        StreamAddress channel = StreamAddress.channel(
                let.granted().scope(), session.id(), let.path().channel());
        channels.make(channel);
        String token = tokens.issue(let.granted().caller(), channel);
        Exchange exchange = let.exchange();
        exchange.onContext(() -> exchange.response()
                .putHeader("X-S2-Access-Token", token)
                .putHeader("X-S2-Stream-Name", S2Address.of(channel).name())
                .putHeader("X-S2-Basin", S2Address.BASIN)
                .putHeader("X-S2-Endpoint", endpoint(exchange.request()))
                .putHeader("X-S2-Flush-Interval-Ms", LINGER_MILLIS)
                .putHeader("X-S2-Max-Retries", RETRIES));
        exchange.json(202, Map.of("version", "v2"));
    }

    /** As configured, else where the caller has found us. */
    private String endpoint(HttpServerRequest request) {
        return config.s2Endpoint().orElseGet(() -> request.scheme() + "://" + request.authority() + S2Address.PATH);
    }
}
