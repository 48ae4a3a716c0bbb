package dev.turnkeep.session.price;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** What turns cost. Both files are read once, at start; what cannot be meant stops it. */
@ConfigMapping(prefix = "turnkeep.session.prices")
public interface PricesConfig {
    /** A file with the operator's own prices, which go before the list's. Without it there are none. */
    Optional<Path> overrides();

    /** A file with another price list than the one that comes with this version, in the same form. */
    Optional<Path> list();
}
