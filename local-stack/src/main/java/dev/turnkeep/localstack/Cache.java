package dev.turnkeep.localstack;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where unpacked packages are kept between runs: {@code TURNKEEP_CACHE}, else {@code turnkeep} in the user's cache folder. */
public final class Cache {

    private Cache() {}

    public static Path folder() {
        String chosen = Settings.ofProcess().value("TURNKEEP_CACHE");
        if (chosen != null) return Path.of(chosen);
        @Nullable String base = System.getenv("XDG_CACHE_HOME");
        Path caches =
                base == null || base.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(base);
        return caches.resolve("turnkeep");
    }
}
