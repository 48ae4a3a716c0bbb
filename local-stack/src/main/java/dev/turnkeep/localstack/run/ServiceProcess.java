package dev.turnkeep.localstack.run;

import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.EngineException;
import dev.turnkeep.localstack.OwnedProcess;
import dev.turnkeep.localstack.Ports;
import dev.turnkeep.localstack.Readiness;
import dev.turnkeep.localstack.Signal;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A service in a JVM of its own, from the jar that the build made. It can be killed, suspended and started again on the
 * same ports, and it never outlives this JVM. Its state is confined to this object's lock.
 */
public final class ServiceProcess implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(2);
    // A service logs each time that it has to say no.
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration SHUTDOWN = Duration.ofSeconds(30);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final Service service;
    private final Path checkout;
    private final Map<String, String> environment;
    private final Path log;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(ANSWER).build();
    private @Nullable OwnedProcess process;
    private boolean suspended;

    /**
     * Not started yet.
     *
     * @param checkout the folder that holds the module's folder
     * @param environment added to this JVM's own, see {@link ServiceEnvironment#of(Service, Map)}
     * @param log appended to
     */
    public ServiceProcess(Service service, Path checkout, Map<String, String> environment, Path log) {
        this.service = service;
        this.checkout = checkout.toAbsolutePath();
        this.environment = Map.copyOf(environment);
        this.log = log.toAbsolutePath();
    }

    public Service service() {
        return service;
    }

    /** Starts it and returns when it says that it is ready. No-op when it is running. */
    public synchronized void start() {
        launch();
        awaitReady();
    }

    /** Starts it without waiting. */
    public synchronized void launch() {
        if (running()) return;
        Path jar = service.jar(checkout);
        if (!Files.exists(jar))
            throw new EngineException(service.name() + " is not built: run `make build` (there is no " + jar + ")");
        for (int port : List.of(service.port(), service.managementPort()))
            if (!Ports.isFree(port))
                throw new EngineException(service.name() + " cannot start: port " + port + " is taken on 127.0.0.1");
        try {
            Files.createDirectories(Objects.requireNonNull(log.getParent()));
        } catch (IOException e) {
            throw new EngineException("cannot make the folder of " + log, e);
        }
        List<String> command = List.of(
                Commands.java(),
                "-Xmx" + service.heap(),
                "-XX:+ExitOnOutOfMemoryError",
                "-Duser.timezone=UTC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                jar.toString());
        process = OwnedProcess.start(service.name(), command, environment, checkout, log);
        suspended = false;
    }

    /** @throws EngineException with the tail of its log, when it dies or is not ready in time */
    public void awaitReady() {
        OwnedProcess started = started();
        Readiness.await(service.name(), this::ask, readiness(), READY, PAUSE, started::alive, started::logTail);
    }

    /** Whether it says, right now, that it can do its work. */
    public boolean ready() {
        try {
            ask(readiness());
            return true;
        } catch (IOException notReady) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public synchronized boolean running() {
        return process != null && process.alive();
    }

    public synchronized long pid() {
        return started().pid();
    }

    /** Asks it to finish what it is doing; kills it after 30 s. No-op when it is not running. */
    public synchronized void stop() {
        if (process == null) return;
        if (suspended) resume();
        process.stop(Signal.TERM, SHUTDOWN);
        process = null;
    }

    /** SIGKILL; returns when it is gone. {@link #start} brings it back on the same ports. */
    public synchronized void kill() {
        if (process == null) return;
        process.kill();
        process = null;
        suspended = false;
    }

    public synchronized void suspend() {
        started().suspend();
        suspended = true;
    }

    public synchronized void resume() {
        started().resume();
        suspended = false;
    }

    /** The end of its log, for messages. */
    public synchronized String logTail() {
        return started().logTail();
    }

    @Override
    public void close() {
        stop();
    }

    private URI readiness() {
        return service.managementUrl().resolve("/q/health/ready");
    }

    private void ask(URI uri) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(ANSWER).build();
        var response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) throw new IOException(uri + " answered " + response.statusCode());
    }

    private synchronized OwnedProcess started() {
        if (process == null) throw new IllegalStateException(service.name() + " is not running");
        return process;
    }
}
