package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.auth.Authenticator;
import dev.turnkeep.session.access.Access;
import dev.turnkeep.session.access.Granted;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.access.SessionRef;
import dev.turnkeep.session.channel.Provenance;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.token.S2Address;
import dev.turnkeep.session.channel.token.StreamGrant;
import dev.turnkeep.session.channel.token.StreamTokens;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who may do what to a stream: a stream token writes the one stream that it names and reads nothing; everybody else may what
 * the table of routes says. For virtual threads.
 */
@Singleton
class Passes {
    private static final Pattern NAME =
            Pattern.compile("sessions/([^/]+)/(in|out|channels/[A-Za-z0-9._-]{1,128}(?:/(?:in|out))?)");

    private final Access access;
    private final StreamTokens tokens;

    Passes(Access access, StreamTokens tokens) {
        this.access = access;
        this.tokens = tokens;
    }

    /** @throws Invalid 401, 403 or 404, as everywhere */
    Pass writer(HttpServerRequest request, String encodedName) {
        Matcher name = name(encodedName);
        Optional<StreamGrant> grant =
                Authenticator.bearer(request.getHeader("Authorization")).flatMap(tokens::find);
        if (grant.isEmpty()) {
            return pass(request, Route.S2_APPEND, name);
        }
        access.countStreamToken(request, grant.get().owner());
        StreamAddress stream = grant.get().stream();
        S2Address meant = S2Address.parse(name.group()).orElseThrow(Passes::unknown);
        if (!meant.equals(S2Address.of(stream))) {
            throw new Invalid(Problem.FORBIDDEN, null, "the token is another stream's");
        }
        return new ByToken(grant.get());
    }

    /** It writes what browsers may: whoever holds one need not hold a key. */
    private final class ByToken implements Pass {
        private final StreamGrant grant;

        ByToken(StreamGrant grant) {
            this.grant = grant;
        }

        @Override
        public StreamAddress stream() {
            return grant.stream();
        }

        @Override
        public Buffer checked(Buffer body) {
            return Provenance.checked(grant.stream(), body);
        }

        @Override
        public void recheck() {
            tokens.recheck(grant);
        }
    }

    private record ByKey(Access access, HttpServerRequest request, StreamAddress stream) implements Pass {
        @Override
        public Buffer checked(Buffer body) {
            return body;
        }

        @Override
        public void recheck() {
            access.recheck(request);
        }
    }

    /**
     * @param route of a read
     * @throws Invalid 401, 403 or 404, as everywhere
     */
    Pass reader(HttpServerRequest request, Route route, String encodedName) {
        return pass(request, route, name(encodedName));
    }

    private Pass pass(HttpServerRequest request, Route route, Matcher name) {
        Granted granted = access.session(request, route, SessionRef.id(name.group(1)));
        StreamAddress stream = StreamAddress.channel(granted.scope(), granted.id(), name.group(2));
        return new ByKey(access, request, stream);
    }

    private static Matcher name(String encoded) {
        String text;
        try {
            // A plus is a plus in a path.
            text = URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw unknown();
        }
        Matcher name = NAME.matcher(text.startsWith("/") ? text.substring(1) : text);
        if (!name.matches()) {
            throw unknown();
        }
        return name;
    }

    private static Refused unknown() {
        return Refused.of(400, "bad_path", "a stream is sessions/{session}/ and in, out or channels/{name}");
    }
}
