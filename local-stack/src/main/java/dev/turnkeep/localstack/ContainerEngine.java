package dev.turnkeep.localstack;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;

/**
 * An engine in a container. The container is made once, on a published port that is fixed, and then stopped, killed,
 * paused and started as it is: so address and data stay, as they do for a process. Testcontainers' reaper removes it
 * when this JVM is gone. Its state is confined to this object's lock.
 */
final class ContainerEngine<A> implements Engine<A> {

    private static final Duration READY = Duration.ofMinutes(2);
    private static final int SHUTDOWN_SECONDS = 20;

    /** What to run. An empty command: the image's own. */
    record Image(String name, int port, Map<String, String> environment, List<String> command) {}

    private final String name;
    private final Image image;
    private final int port;
    private final A address;
    private final Ping<A> ping;
    private @Nullable GenericContainer<?> container;

    ContainerEngine(String name, Image image, int port, A address, Ping<A> ping) {
        this.name = name;
        this.image = image;
        this.port = port;
        this.address = address;
        this.ping = ping;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public A address() {
        return address;
    }

    @Override
    public synchronized A start() {
        if (running()) return address;
        GenericContainer<?> started = container;
        if (started == null) {
            started = create();
            started.start();
            container = started;
        } else {
            docker(started).startContainerCmd(started.getContainerId()).exec();
        }
        Readiness.await(name, ping, address, READY, Readiness.OFTEN, this::running, started::getLogs);
        return address;
    }

    @Override
    public synchronized void stop() {
        if (!running()) return;
        GenericContainer<?> stopped = made();
        docker(stopped)
                .stopContainerCmd(stopped.getContainerId())
                .withTimeout(SHUTDOWN_SECONDS)
                .exec();
    }

    @Override
    public synchronized void kill() {
        if (!running()) return;
        GenericContainer<?> killed = made();
        docker(killed).killContainerCmd(killed.getContainerId()).exec();
    }

    @Override
    public synchronized void suspend() {
        GenericContainer<?> paused = made();
        docker(paused).pauseContainerCmd(paused.getContainerId()).exec();
    }

    @Override
    public synchronized void resume() {
        GenericContainer<?> paused = made();
        docker(paused).unpauseContainerCmd(paused.getContainerId()).exec();
    }

    @Override
    public synchronized boolean running() {
        GenericContainer<?> known = container;
        if (known == null) return false;
        var state =
                docker(known).inspectContainerCmd(known.getContainerId()).exec().getState();
        return Boolean.TRUE.equals(state.getRunning());
    }

    /** Stops and removes it: its data has no folder of ours to stay in. */
    @Override
    public synchronized void close() {
        GenericContainer<?> removed = container;
        container = null;
        if (removed != null) removed.stop();
    }

    private GenericContainer<?> create() {
        PortBinding binding = PortBinding.parse("127.0.0.1:" + port + ":" + image.port());
        GenericContainer<?> created = new GenericContainer<>(image.name())
                .withEnv(image.environment())
                .withExposedPorts(image.port())
                .withCreateContainerCmdModifier(
                        command -> Objects.requireNonNullElseGet(command.getHostConfig(), HostConfig::newHostConfig)
                                .withPortBindings(binding));
        if (!image.command().isEmpty()) created.withCommand(image.command().toArray(String[]::new));
        return created;
    }

    private GenericContainer<?> made() {
        if (container == null) throw new IllegalStateException(name + " was never started");
        return container;
    }

    private static DockerClient docker(GenericContainer<?> container) {
        return container.getDockerClient();
    }
}
