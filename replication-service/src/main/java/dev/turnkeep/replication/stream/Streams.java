package dev.turnkeep.replication.stream;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The streams of this instance. */
@Singleton
public class Streams {
    private final List<Pipeline> pipelines = new CopyOnWriteArrayList<>();

    /** Starts a stream; it is stopped with the service. */
    public void add(Pipeline pipeline) {
        pipelines.add(pipeline);
        pipeline.start();
    }

    /** Those that were started. */
    public List<Pipeline> all() {
        return List.copyOf(pipelines);
    }

    // First of all: what the streams use is still there.
    void stop(@Observes @Priority(1) ShutdownEvent stopping) throws InterruptedException {
        stop();
    }

    /** Stops all of them at once, since each may take the whole of its time; returns when they have ended. */
    public void stop() throws InterruptedException {
        List<Thread> stops = new ArrayList<>();
        for (Pipeline pipeline : pipelines) {
            stops.add(Thread.ofVirtual().start(() -> stop(pipeline)));
        }
        for (Thread stop : stops) {
            stop.join();
        }
    }

    private static void stop(Pipeline pipeline) {
        try {
            pipeline.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
