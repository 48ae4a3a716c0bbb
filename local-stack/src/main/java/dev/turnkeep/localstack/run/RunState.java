package dev.turnkeep.localstack.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which process runs the system and how far it is.
 *
 * @param started when that process started: a pid alone could be another process's by now
 * @param ready whether everything is up
 */
record RunState(long pid, Instant started, boolean ready) {

    // The system reckons start times from a boot time that it corrects now and then.
    private static final Duration TOLERANCE = Duration.ofSeconds(3);

    static RunState ofThisProcess(boolean ready) {
        ProcessHandle self = ProcessHandle.current();
        return new RunState(self.pid(), startOf(self), ready);
    }

    void save(Path file) throws IOException {
        PrivateFile.write(file, pid + "\n" + started.toEpochMilli() + "\n" + (ready ? "ready" : "starting") + "\n");
    }

    /** Empty when there is none, or none that can be understood. */
    static Optional<RunState> load(Path file) throws IOException {
        if (!Files.exists(file)) return Optional.empty();
        List<String> lines = Files.readAllLines(file);
        if (lines.size() != 3
                || !lines.get(0).matches("\\d{1,18}")
                || !lines.get(1).matches("\\d{1,18}")) return Optional.empty();
        Instant started = Instant.ofEpochMilli(Long.parseLong(lines.get(1)));
        return Optional.of(
                new RunState(Long.parseLong(lines.get(0)), started, lines.get(2).equals("ready")));
    }

    /** The process itself: empty when it is gone, even if another has its pid. */
    Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid)
                .filter(handle ->
                        Duration.between(startOf(handle), started).abs().compareTo(TOLERANCE) < 0);
    }

    private static Instant startOf(ProcessHandle process) {
        return Instant.ofEpochMilli(
                process.info().startInstant().orElse(Instant.EPOCH).toEpochMilli());
    }
}
