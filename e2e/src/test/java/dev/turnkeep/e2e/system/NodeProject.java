package dev.turnkeep.e2e.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A client in JavaScript: a directory of this module with a package.json, a lock file and tests. What it depends on is
 * installed by npm into {@code target}, as the lock file has it; npm's own cache keeps that from being fetched twice.
 */
public final class NodeProject {
    private static final long INSTALL_MINUTES = 4;
    private static final long RUN_MINUTES = 3;

    private final Path directory;

    private NodeProject(Path directory) {
        this.directory = directory;
    }

    /** Installs the project of this name, unless it is installed as its lock file has it. */
    public static synchronized NodeProject of(String name) {
        try {
            Path source = Path.of(System.getProperty("turnkeep.checkout", ".."), "e2e", name);
            Path directory = Path.of("target", "node", name).toAbsolutePath();
            Files.createDirectories(directory);
            Path installed = directory.resolve("installed-lock.json");
            copy(source, directory);
            Path lock = directory.resolve("package-lock.json");
            if (!Files.exists(installed) || Files.mismatch(lock, installed) >= 0) {
                Files.deleteIfExists(installed);
                run(
                        directory,
                        Map.of(),
                        INSTALL_MINUTES,
                        List.of("npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"));
                Files.copy(lock, installed, StandardCopyOption.REPLACE_EXISTING);
            }
            return new NodeProject(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a file of tests; fails with all that it printed when one of them fails.
     *
     * @param variables on top of those that it needs to run at all
     */
    public String test(String file, Map<String, String> variables) {
        try {
            // A client that keeps its connections would keep the program going until the server ends them.
            return run(directory, variables, RUN_MINUTES, List.of("node", "--test", "--test-force-exit", file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a program; fails with all that it printed when it does.
     *
     * @param variables on top of those that it needs to run at all
     */
    public String run(String file, Map<String, String> variables) {
        try {
            return run(directory, variables, RUN_MINUTES, List.of("node", file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path source, Path directory) throws IOException {
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, directory.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static String run(Path directory, Map<String, String> variables, long minutes, List<String> command)
            throws IOException {
        Path output = Files.createTempFile(directory, "output", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(variables);
            Process process = builder.start();
            boolean ended = process.waitFor(minutes, TimeUnit.MINUTES);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            String printed = Files.readString(output);
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command)
                        + (ended ? " failed with " + process.exitValue() : " did not end")
                        + ":\n"
                        + printed);
            }
            return printed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
