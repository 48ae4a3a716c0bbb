package dev.turnkeep.session.channel.token;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.auth.Principal;
import dev.turnkeep.session.access.Access;
import dev.turnkeep.session.access.Action;
import dev.turnkeep.session.access.Caller;
import dev.turnkeep.session.access.Environments;
import dev.turnkeep.session.access.SignedTokens;
import dev.turnkeep.session.access.SignedTokens.Signed;
import dev.turnkeep.session.channel.log.StreamAddress;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;

/**
 * Tokens for one stream: to append to it and to trim it, and for nothing else anywhere. One lives for a day at most, no
 * longer than the token that it was asked for with, and is dead once its key is revoked. It is also dead once the stream is
 * closed: that is not asked here but where the append is decided, under the lock of the stream's row.
 *
 * <p>May wait for Postgres: for virtual threads.
 */
@Singleton
public class StreamTokens {
    /** Clients keep one for as long as an agent waits for its user. */
    private static final Duration LIFETIME = Duration.ofHours(24);
    /** Not that of public tokens: neither is of any use as the other. */
    private static final String AUDIENCE = "turnkeep:stream";

    private static final String SESSION = "session";
    private static final String CHANNEL = "channel";

    /** By which the clock of the node that signed it may be ahead. */
    private static final Duration AHEAD = Duration.ofMinutes(1);

    private final SignedTokens tokens;
    private final Access access;
    private final Environments environments;
    private final Clock clock;

    StreamTokens(SignedTokens tokens, Access access, Environments environments, Clock clock) {
        this.tokens = tokens;
        this.access = access;
        this.environments = environments;
        this.clock = clock;
    }

    /**
     * Whoever asks has been let in to write to it.
     *
     * @param stream a session's channel
     */
    public String issue(Caller caller, StreamAddress stream) {
        JwtClaims claims = new JwtClaims();
        claims.setStringClaim(SESSION, stream.owner().friendly());
        claims.setStringClaim(CHANNEL, stream.name());
        return tokens.sign(caller, environments.of(caller.scope()), AUDIENCE, claims, LIFETIME);
    }

    /**
     * Empty for anything but a token as it is issued here, that has not expired, and whose key is valid and may write to the
     * session. A holder of a key can sign what we never would: no more comes of it than of the key itself.
     */
    public Optional<StreamGrant> find(String bearer) {
        return tokens.verify(bearer, AUDIENCE)
                .filter(this::livesAsIssued)
                .flatMap(StreamTokens::grant)
                .filter(grant -> mayWrite(grant.owner(), grant));
    }

    private boolean livesAsIssued(Signed signed) {
        try {
            NumericDate issued = signed.claims().getIssuedAt();
            if (issued == null) {
                return false;
            }
            Instant at = Instant.ofEpochSecond(issued.getValue());
            return !at.isAfter(clock.instant().plus(AHEAD)) && !signed.until().isAfter(at.plus(LIFETIME));
        } catch (MalformedClaimException e) {
            return false;
        }
    }

    private boolean mayWrite(Principal key, StreamGrant grant) {
        return access.allows(key, Action.WRITE, grant.stream().owner());
    }

    /** @throws Invalid (401) for anything but a token that was issued here, has not expired, and whose key is valid */
    public StreamGrant check(String bearer) {
        return find(bearer).orElseThrow(StreamTokens::invalid);
    }

    /**
     * For every frame of a connection that stays: cheap while what is known of the environment's keys is fresh.
     *
     * @throws Invalid (401) once it has expired or its key is no longer valid
     */
    public void recheck(StreamGrant grant) {
        boolean lives = clock.instant().isBefore(grant.until());
        boolean may = lives
                && tokens.owner(grant.environment(), grant.owner().key())
                        .filter(key -> key.scopes().equals(grant.owner().scopes()) || mayWrite(key, grant))
                        .isPresent();
        if (!may) {
            throw invalid();
        }
    }

    private static Optional<StreamGrant> grant(Signed signed) {
        Object session = signed.claims().getClaimValue(SESSION);
        Object channel = signed.claims().getClaimValue(CHANNEL);
        return session instanceof String id && channel instanceof String name
                ? SessionId.parse(id)
                        .map(owner -> new StreamGrant(
                                signed.owner(),
                                signed.environment(),
                                StreamAddress.channel(signed.owner().scope(), owner, name),
                                signed.until()))
                : Optional.empty();
    }

    private static Invalid invalid() {
        return new Invalid(Problem.UNAUTHENTICATED, null, "the stream token is invalid, has expired, or was revoked");
    }
}
