package dev.turnkeep.platform.log;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How log lines are written to the console. */
@ConfigMapping(prefix = "turnkeep.log")
public interface LogConfig {
    /** {@code text} for people, {@code json} for programs: one object a line. */
    @WithDefault("text")
    String format();
}
