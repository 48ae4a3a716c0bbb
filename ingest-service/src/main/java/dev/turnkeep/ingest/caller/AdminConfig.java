package dev.turnkeep.ingest.caller;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** The operator's credential. */
@ConfigMapping(prefix = "turnkeep.admin")
public interface AdminConfig {
    /** The bearer token of {@code /v1/admin}; without it administration is closed. Never printed. */
    Optional<String> key();
}
