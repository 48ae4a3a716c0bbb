package dev.turnkeep.session.read;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.platform.auth.Authenticator;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.core.HttpHeaders;

/** Whose data this request may read or change. */
@RequestScoped
public class Caller {
    private final Authenticator authenticator;
    private final HttpHeaders headers;

    public Caller(Authenticator authenticator, HttpHeaders headers) {
        this.authenticator = authenticator;
        this.headers = headers;
    }

    /** The caller's scope: 401 without a valid key, 403 when the key may not read. */
    public Scope reading() {
        return having("read");
    }

    /** The caller's scope: 401 without a valid key, 403 when the key may not change sessions. */
    public Scope writing() {
        return having("write");
    }

    private Scope having(String permission) {
        return authenticator
                .authenticate(headers.getHeaderString(HttpHeaders.AUTHORIZATION))
                .requiring(permission)
                .scope();
    }
}
