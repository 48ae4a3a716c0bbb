package dev.turnkeep.platform.log;

import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.logging.LoggingFilter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Filter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logmanager.handlers.ConsoleHandler;

/**
 * Lets every line pass. Before the first of them is written it gives the console the configured format: of all that an
 * application may bring, a filter alone is there as early as that, and an extension for JSON is more than this needs.
 */
@LoggingFilter(name = "turnkeep")
public final class LogFormat implements Filter {
    private final AtomicBoolean chosen = new AtomicBoolean();

    @Override
    public boolean isLoggable(LogRecord line) {
        if (!chosen.getAndSet(true)) {
            Config config = ConfigProvider.getConfig();
            if (config.getOptionalValue("turnkeep.log.format", String.class)
                    .filter("json"::equals)
                    .isPresent()) {
                console(new JsonLines(config.getOptionalValue("quarkus.application.name", String.class)
                        .orElse("turnkeep")));
            }
        }
        return true;
    }

    private static void console(JsonLines lines) {
        for (Handler handler : InitialConfigurator.DELAYED_HANDLER.getHandlers()) {
            if (handler instanceof ConsoleHandler) {
                handler.setFormatter(lines);
            }
        }
    }
}
