package dev.turnkeep.benchmarks;

import dev.turnkeep.localstack.Folders;
import dev.turnkeep.localstack.OwnedProcess;
import dev.turnkeep.localstack.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The protocol's reference server, as npm has installed it in {@code benchmarks/reference-server}.
 *
 * @param name of the process, in the result
 */
record ReferenceServer(String name, OwnedProcess process, URI url) implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long PAUSE_MILLIS = 50;

    static ReferenceServer inMemory(Path checkout, Path folder) throws IOException, InterruptedException {
        return start("reference, memory", checkout, folder, List.of());
    }

    static ReferenceServer inFiles(Path checkout, Path folder) throws IOException, InterruptedException {
        Path data = folder.resolve("reference-server");
        Folders.delete(data);
        Files.createDirectories(data);
        return start("reference, files", checkout, folder, List.of(data.toString()));
    }

    private static ReferenceServer start(String name, Path checkout, Path folder, List<String> arguments)
            throws IOException, InterruptedException {
        Path project = checkout.resolve("benchmarks/reference-server");
        int port = Ports.free();
        List<String> command = new ArrayList<>(List.of("node", "server.mjs", Integer.toString(port)));
        command.addAll(arguments);
        OwnedProcess process =
                OwnedProcess.start(name, command, Map.of(), project, folder.resolve("reference-server.log"));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (Ports.isFree(port)) {
            if (!process.alive() || System.nanoTime() > deadline) {
                process.kill();
                throw new IOException("the reference server does not start: " + process.logTail());
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        return new ReferenceServer(name, process, URI.create("http://127.0.0.1:" + port));
    }

    @Override
    public void close() {
        process.kill();
    }
}
