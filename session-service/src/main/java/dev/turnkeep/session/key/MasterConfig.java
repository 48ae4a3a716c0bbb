package dev.turnkeep.session.key;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** The key that seals the API keys in Postgres. */
@ConfigMapping(prefix = "turnkeep.master")
public interface MasterConfig {
    /** 32 random bytes in base64; without it no API key can be made. Never printed. */
    Optional<String> key();
}
