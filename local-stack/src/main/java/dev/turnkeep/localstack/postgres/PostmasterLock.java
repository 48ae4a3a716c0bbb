package dev.turnkeep.localstack.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The lock file of a killed server. It names a pid, and the next server refuses to start while a process has it: a zombie
 * that no init collects, as in many containers, or a stranger that was given the pid since.
 */
final class PostmasterLock {

    // More than any system hands out. Only the pid is replaced: by the rest of the file the server finds out whether
    // children of the dead one still use its memory, and waits no less for them.
    private static final String NOBODY = Integer.toString(Integer.MAX_VALUE);

    private PostmasterLock() {}

    /** Lets a server start on the cluster unless another one really runs on it. */
    static void release(Path cluster) throws IOException {
        Path file = cluster.resolve("postmaster.pid");
        if (!Files.exists(file)) return;
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        if (lines.isEmpty() || !lines.getFirst().strip().matches("\\d{1,10}")) return;
        if (isServer(Long.parseLong(lines.getFirst().strip()))) return;
        lines.set(0, NOBODY);
        Files.write(file, lines);
    }

    private static boolean isServer(long pid) {
        // A zombie has no command any more.
        Optional<String> command =
                ProcessHandle.of(pid).flatMap(process -> process.info().command());
        return command.filter(path -> Path.of(path).endsWith("postgres")).isPresent();
    }
}
