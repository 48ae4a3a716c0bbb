package dev.turnkeep.e2e.operations;

import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A load balancer: callers get instances of a service in turn, those that say they are ready. */
final class Doors implements AutoCloseable {
    private static final long PROBE_MILLIS = 100;

    private final String key;
    private final List<ServiceProcess> instances = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final Thread probing;
    private volatile List<Http> open = List.of();

    Doors(String key, ServiceProcess first) {
        this.key = key;
        instances.add(first);
        look();
        probing = Thread.ofVirtual().start(this::probe);
    }

    void add(ServiceProcess instance) {
        instances.add(instance);
        Await.until("the new instance is used", () -> open.size() == instances.size());
    }

    /** Asks an instance to end; returns when it has done so by itself. */
    void stop(ServiceProcess leaving) {
        ProcessHandle.of(leaving.pid()).orElseThrow().destroy();
        Await.until("the instance has ended", () -> !leaving.running());
        instances.remove(leaving);
    }

    Http any() {
        List<Http> choice = open;
        return choice.get(Math.floorMod(next.getAndIncrement(), choice.size()));
    }

    private void probe() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                look();
                Thread.sleep(PROBE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        List<Http> ready = instances.stream()
                .filter(ServiceProcess::ready)
                .map(instance -> new Http(instance.service().url(), key))
                .toList();
        if (!ready.isEmpty()) {
            open = ready;
        }
    }

    @Override
    public void close() {
        probing.interrupt();
    }
}
