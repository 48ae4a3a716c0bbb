package dev.turnkeep.ingest.caller;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/**
 * Callers without a credential, behind a gateway that has checked them: off unless set. Either the organisation and the
 * environment themselves, or the names of the headers in which the gateway tells them. A bearer token still wins.
 */
@ConfigMapping(prefix = "turnkeep.ingest.trusted")
public interface TrustedConfig {
    /** The organisation of every caller without a credential: a UUID. */
    Optional<String> orgId();

    /** Its environment. */
    Optional<String> environment();

    /** The header that names the organisation. The gateway has to set or remove it on every request. */
    Optional<String> orgHeader();

    /** The header that names the environment. */
    Optional<String> environmentHeader();
}
