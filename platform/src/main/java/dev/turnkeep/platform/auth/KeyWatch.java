package dev.turnkeep.platform.auth;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes the directory, and tells it what Redis says of changes. State: the timer, one poll under way at a time. */
@Singleton
class KeyWatch {
    private final Vertx vertx;
    private final KeysConfig config;
    private final KeyChanges changes;
    private final KeyDirectory directory;
    private long timer;

    KeyWatch(Vertx vertx, KeysConfig config, KeyStore store, KeyChanges changes) {
        this.vertx = vertx;
        this.config = config;
        this.changes = changes;
        this.directory = new KeyDirectory(store, config, System::nanoTime);
    }

    @Produces
    @Singleton
    KeyDirectory directory() {
        return directory;
    }

    void start(@Observes StartupEvent starting) {
        poll();
        timer = vertx.setPeriodic(config.poll().toMillis(), _ -> poll());
    }

    void stop(@Observes ShutdownEvent stopping) {
        vertx.cancelTimer(timer);
    }

    private void poll() {
        changes.generation().subscribe().with(directory::generation, _ -> directory.generationUnknown());
    }
}
