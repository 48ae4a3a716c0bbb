package dev.turnkeep.localstack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An engine that runs as an {@link OwnedProcess}. Its state is confined to this object's lock. */
final class ProcessEngine<A> implements Engine<A> {

    private static final Duration READY = Duration.ofSeconds(90);
    private static final Duration SHUTDOWN = Duration.ofSeconds(20);

    private final Program<A> program;
    private final Path folder;
    private @Nullable OwnedProcess process;
    private boolean suspended;

    ProcessEngine(Program<A> program, Path folder) {
        this.program = program;
        this.folder = folder;
    }

    @Override
    public String name() {
        return program.name();
    }

    @Override
    public A address() {
        return program.address();
    }

    @Override
    public synchronized A start() {
        if (running()) return address();
        for (int port : program.ports())
            if (!Ports.isFree(port))
                throw new EngineException("%s cannot start: port %d is taken on 127.0.0.1".formatted(name(), port));
        try {
            Files.createDirectories(folder);
            program.prepare(folder);
        } catch (IOException e) {
            throw new EngineException("cannot prepare " + name() + " in " + folder + ": " + e.getMessage(), e);
        }
        OwnedProcess started = OwnedProcess.start(
                name(), program.command(folder), environment(), folder, folder.resolve(name() + ".log"));
        process = started;
        suspended = false;
        try {
            Readiness.await(name(), program, address(), READY, Readiness.OFTEN, started::alive, started::logTail);
        } catch (EngineException e) {
            started.kill();
            throw e;
        }
        return address();
    }

    @Override
    public synchronized void stop() {
        if (process == null) return;
        if (suspended) resume();
        process.stop(program.shutdown(), SHUTDOWN);
        process = null;
    }

    @Override
    public synchronized void kill() {
        if (process == null) return;
        process.kill();
        process = null;
        suspended = false;
    }

    @Override
    public synchronized void suspend() {
        if (process == null) throw new IllegalStateException(name() + " is not running");
        process.suspend();
        suspended = true;
    }

    @Override
    public synchronized void resume() {
        if (process == null) throw new IllegalStateException(name() + " is not running");
        process.resume();
        suspended = false;
    }

    @Override
    public synchronized boolean running() {
        return process != null && process.alive();
    }

    /** UTC and the C locale; nothing of the caller's Postgres settings, which the server's tools would obey. */
    private static Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>(Map.of("TZ", "UTC", "LC_ALL", "C"));
        for (String variable : System.getenv().keySet()) if (variable.startsWith("PG")) environment.put(variable, "");
        return environment;
    }
}
