package dev.turnkeep.platform.auth;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Makes the memories of keys, and tells them what Redis says of changes. State: the timer, one poll under way at a time,
 * and the memories, which are only ever added.
 */
@Singleton
public class KeyWatch {
    private final Vertx vertx;
    private final KeysConfig config;
    private final KeyChanges changes;
    private final List<KeyMemory<?, ?>> memories = new CopyOnWriteArrayList<>();
    private final KeyDirectory directory;
    private long timer;

    KeyWatch(Vertx vertx, KeysConfig config, PostgresKeyStore store, KeyChanges changes) {
        this.vertx = vertx;
        this.config = config;
        this.changes = changes;
        this.directory = new KeyDirectory(memoryOf(store));
    }

    /** A memory of what this store knows, which notices changes of keys as the directory does. To be made at start. */
    public final <K, V> KeyMemory<K, V> memoryOf(KeyStore<K, V> store) {
        KeyMemory<K, V> memory = new KeyMemory<>(store, config, System::nanoTime);
        memories.add(memory);
        return memory;
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

    /** Tells every service of a change of keys that is committed; the memories here know of it when this is answered. */
    public Uni<Void> announce() {
        return changes.announce().chain(this::look);
    }

    private void poll() {
        look().subscribe().with(_ -> {}, _ -> {});
    }

    private Uni<Void> look() {
        return changes.generation()
                .onItem()
                .invoke(value -> memories.forEach(memory -> memory.generation(value)))
                .onFailure()
                .invoke(_ -> memories.forEach(KeyMemory::generationUnknown))
                .replaceWithVoid();
    }
}
