package dev.turnkeep.platform.time;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The one source of time. Tests put a clock of their own in its place. */
final class Clocks {
    private Clocks() {}

    @Produces
    @Singleton
    @DefaultBean
    static Clock utc() {
        return Clock.systemUTC();
    }
}
