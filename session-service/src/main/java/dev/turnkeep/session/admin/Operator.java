package dev.turnkeep.session.admin;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.auth.Authenticator;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Whether this request comes from the operator. */
@RequestScoped
public class Operator {
    private final AdminConfig config;
    private final HttpHeaders headers;

    public Operator(AdminConfig config, HttpHeaders headers) {
        this.config = config;
        this.headers = headers;
    }

    /** 401 without the operator's credential; an organisation's key is none. */
    public void required() {
        String given = Authenticator.bearer(headers.getHeaderString(HttpHeaders.AUTHORIZATION))
                .orElse("");
        String key = config.key().orElse("");
        boolean same =
                MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), key.getBytes(StandardCharsets.UTF_8));
        if (key.isEmpty() || !same) {
            throw new Invalid(Problem.UNAUTHENTICATED, null, "the operator's key is required as a bearer token");
        }
    }
}
