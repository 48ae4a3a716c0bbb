package dev.turnkeep.localstack;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Programs of the machine that are used when they are there. */
public final class Commands {

    private static final long PATIENCE_SECONDS = 60;

    private Commands() {}

    public static boolean exists(String program) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(path)
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** The java of the JVM that runs this code. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** What came of a command that ran to its end. */
    public record Outcome(int status, String output) {
        public boolean succeeded() {
            return status == 0;
        }
    }

    /** Runs a short command to its end; a command that cannot be run or hangs is a failed one. */
    public static Outcome run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) return new Outcome(process.exitValue(), output);
            process.destroyForcibly();
            return new Outcome(-1, output + "(killed after " + PATIENCE_SECONDS + " s)");
        } catch (IOException e) {
            return new Outcome(-1, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome(-1, "interrupted");
        }
    }
}
