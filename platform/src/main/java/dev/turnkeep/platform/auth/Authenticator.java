package dev.turnkeep.platform.auth;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** From an {@code Authorization} header to who is calling. */
@Singleton
public class Authenticator {
    /** The longest credential there can be: a public token with many scopes. The server takes headers of 20 KiB in all. */
    public static final int LONGEST = 16_384;

    private static final Pattern BEARER = Pattern.compile("(?i:bearer) +([\\x21-\\x7e]{1," + LONGEST + "})");

    private final KeyDirectory directory;
    private final Clock clock;

    Authenticator(KeyDirectory directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** The key of a bearer header; empty for no header and for anything else. */
    public static Optional<String> bearer(@Nullable String authorization) {
        Matcher matcher = BEARER.matcher(authorization == null ? "" : authorization.strip());
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /**
     * The caller, who has to be one we know. May wait for Postgres: for virtual threads only.
     *
     * @throws Invalid (401) without a credential, or with one that is not known
     * @throws dev.turnkeep.platform.http.RetryLater (503) when Postgres cannot answer about a key never seen
     */
    public Principal authenticate(@Nullable String authorization) {
        String key = bearer(authorization).orElseThrow(Authenticator::unauthenticated);
        return find(key).orElseThrow(Authenticator::unauthenticated);
    }

    /** Who the key belongs to; empty when it is not known, or not valid any more. Else as {@link #authenticate}. */
    public Optional<Principal> find(String key) {
        return directory.find(KeyHash.of(key)).filter(principal -> principal.validAt(clock.instant()));
    }

    private static Invalid unauthenticated() {
        return new Invalid(Problem.UNAUTHENTICATED, null, "a valid API key is required as a bearer token");
    }
}
