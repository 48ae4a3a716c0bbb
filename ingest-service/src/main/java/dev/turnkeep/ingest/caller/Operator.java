package dev.turnkeep.ingest.caller;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.auth.Authenticator;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Whether a request comes from the operator. */
@Singleton
public class Operator {
    private final byte[] key;

    Operator(AdminConfig config) {
        this.key = config.key().orElse("").getBytes(StandardCharsets.UTF_8);
    }

    /** @throws Invalid (401) without the operator's credential; an organisation's key is none */
    public void required(Function<String, @Nullable String> headers) {
        byte[] given =
                Authenticator.bearer(headers.apply("Authorization")).orElse("").getBytes(StandardCharsets.UTF_8);
        if (key.length == 0 || !MessageDigest.isEqual(given, key)) {
            throw new Invalid(Problem.UNAUTHENTICATED, null, "the operator's key is required as a bearer token");
        }
    }
}
