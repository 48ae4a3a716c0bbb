package dev.turnkeep.platform.start;

import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.ManagementInterface;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.Router;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One report of all that is wrong. Settings that cannot be used end the start before anything else is made. Engines are waited
 * for: what is missing is told when it does not come at once, again when it changes, and once when all is there.
 *
 * <p>State: whether settings were looked at, and the thread that looks at engines until everything that is needed was there.
 */
@Singleton
public class StartCheck {
    private static final Logger LOG = LoggerFactory.getLogger(StartCheck.class);
    /** What starts together with the service is not worth a line. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final List<SettingsCheck> settings;
    private final List<EngineCheck> engines;
    private boolean looked;
    private @Nullable Thread looking;

    StartCheck(@All List<SettingsCheck> settings, @All List<EngineCheck> engines) {
        this.settings = settings;
        this.engines = engines;
    }

    // Which of these the framework asks for first is its own affair: routes are made by beans that a setting could
    // break.
    void filters(@Observes @Priority(1) Filters first) {
        settings();
    }

    void routes(@Observes @Priority(1) Router first) {
        settings();
    }

    void management(@Observes @Priority(1) ManagementInterface first) {
        settings();
    }

    private void settings() {
        if (looked) {
            return;
        }
        looked = true;
        Findings findings = new Findings();
        settings.forEach(check -> check.check(findings));
        if (!findings.doubtful().isEmpty()) {
            LOG.warn(text("settings to look at", findings.doubtful()));
        }
        if (!findings.refused().isEmpty()) {
            LOG.error(text("settings that cannot be used", findings.refused()));
            throw new StartRefused(findings.refused().size());
        }
    }

    void engines(@Observes StartupEvent started) {
        looking = Thread.ofVirtual().name("start-check").start(this::look);
    }

    void stop(@Observes ShutdownEvent stopping) {
        if (looking != null) {
            looking.interrupt();
        }
    }

    private void look() {
        long begun = System.nanoTime();
        List<String> told = List.of();
        try {
            while (true) {
                Surroundings found = Surroundings.look(engines);
                if (found.complete()) {
                    tellComplete(found);
                    return;
                }
                boolean patient = System.nanoTime() - begun < PATIENCE.toNanos();
                if (!patient && !found.lines().equals(told)) {
                    told = found.lines();
                    LOG.warn(text("the service waits for what it needs", told));
                }
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void tellComplete(Surroundings found) {
        if (found.missing().isEmpty()) {
            LOG.info("everything that the service works with is there");
        } else {
            LOG.warn(text("everything that the service needs is there, but", found.lines()));
        }
    }

    private static String text(String title, List<String> lines) {
        return title + ":\n  - " + String.join("\n  - ", lines);
    }
}
