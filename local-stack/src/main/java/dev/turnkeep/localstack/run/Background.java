package dev.turnkeep.localstack.run;

import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.EngineException;
import dev.turnkeep.localstack.HeldFile;
import dev.turnkeep.localstack.Packages;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts the owning process away from the terminal, finds it again, and ends it. Every method returns an exit status. */
final class Background {

    private static final Duration STARTING = Duration.ofMinutes(10);
    private static final Duration STOPPING = Duration.ofSeconds(100);
    private static final long PAUSE_MILLIS = 50;

    private final Home home;
    private final Progress progress;

    Background(Home home, Progress progress) {
        this.home = home;
        this.progress = progress;
    }

    /** Returns when everything is healthy, and leaves it running. */
    int up() throws IOException {
        if (running()) return waitForTheOther();
        Path log = home.log("run");
        Files.createDirectories(home.folder().resolve("log"));
        Files.writeString(log, "");
        forget();
        Process owner = spawn(log);
        long shown = 0;
        long deadline = System.nanoTime() + STARTING.toNanos();
        while (true) {
            boolean alive = owner.isAlive();
            boolean ready = ready();
            shown = show(log, shown);
            if (ready) return 0;
            if (!alive) return 1;
            if (System.nanoTime() > deadline) {
                progress.show("not ready after " + STARTING.toMinutes() + " minutes: stopping");
                owner.destroy();
                return 1;
            }
            pause();
        }
    }

    private int waitForTheOther() throws IOException {
        progress.show(
                "Turnkeep is already running from this folder; .local-stack/env says where. `make down` stops it.");
        long deadline = System.nanoTime() + STARTING.toNanos();
        while (!ready()) {
            if (!running() || System.nanoTime() > deadline) return 1;
            pause();
        }
        return 0;
    }

    /** Stops the owning process, which stops all that it started; nothing else is ever signalled. */
    int down() throws IOException {
        if (!running()) {
            forget();
            progress.show("Nothing is running from this folder.");
            return 0;
        }
        Optional<ProcessHandle> owner = RunState.load(home.state()).flatMap(RunState::process);
        if (owner.isEmpty()) {
            progress.show("Something holds " + home.lock() + ", but " + home.state() + " does not name it.");
            return 1;
        }
        owner.get().destroy();
        long deadline = System.nanoTime() + STOPPING.toNanos();
        while (running()) {
            // Its engines and services are on a leash: they go with it.
            if (System.nanoTime() > deadline) owner.get().destroyForcibly();
            pause();
        }
        progress.say("everything is stopped; the data stays in .local-stack/data");
        return 0;
    }

    /** Posts the sample conversation to the running system once more. */
    int sample() throws IOException {
        if (!running() || !Files.exists(home.env())) {
            progress.show("Nothing is running from this folder: `make up` first.");
            return 1;
        }
        Map<String, String> env = new HashMap<>();
        for (String line : Files.readAllLines(home.env())) {
            int equals = line.indexOf('=');
            env.put(line.substring(0, equals), line.substring(equals + 1));
        }
        Instant now = Instant.now();
        try {
            progress.show(Sample.tell(
                    Conversation.of("sample-" + now.getEpochSecond(), now),
                    new Api(URI.create(env.getOrDefault("INGEST_URL", "")), env.getOrDefault("API_KEY", "")),
                    new Api(URI.create(env.getOrDefault("SESSION_URL", "")), env.getOrDefault("API_KEY", ""))));
            return 0;
        } catch (EngineException e) {
            progress.show(String.valueOf(e.getMessage()));
            return 1;
        }
    }

    /** What an owner left behind that could not tidy up. */
    private void forget() throws IOException {
        Files.deleteIfExists(home.env());
        Files.deleteIfExists(home.state());
    }

    private Process spawn(Path log) throws IOException {
        List<String> command = new ArrayList<>();
        if (Commands.exists("setsid")) command.add("setsid");
        command.addAll(List.of(Commands.java(), "-Xmx128m", "-XX:+UseSerialGC", "-cp", Packages.classPath()));
        command.addAll(List.of(Main.class.getName(), "serve"));
        return new ProcessBuilder(command)
                .directory(home.checkout().toFile())
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start();
    }

    /** Whether an owning process lives: its lock is the kernel's word for it. */
    private boolean running() throws IOException {
        Files.createDirectories(home.folder());
        Optional<HeldFile> free = HeldFile.tryHold(home.lock());
        if (free.isPresent()) free.get().close();
        return free.isEmpty();
    }

    private boolean ready() throws IOException {
        return RunState.load(home.state())
                .filter(RunState::ready)
                .flatMap(RunState::process)
                .isPresent();
    }

    /** Prints what the log has gained since, up to its last whole line; returns how far it was printed. */
    private long show(Path log, long from) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] news = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(news);
            String text = new String(news, StandardCharsets.UTF_8);
            int end = text.lastIndexOf('\n') + 1;
            if (end > 0) progress.show(text.substring(0, end - 1));
            return from + text.substring(0, end).getBytes(StandardCharsets.UTF_8).length;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("interrupted", e);
        }
    }
}
