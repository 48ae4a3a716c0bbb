package dev.turnkeep.localstack;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The log files of engines and services. */
public final class Logs {

    private static final long LARGEST = 32L * 1024 * 1024;

    private Logs() {}

    /** Before a start: puts a log that has grown beyond 32 MiB aside, as {@code <name>.1}, over the one before it. */
    static void rotate(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > LARGEST)
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
    }

    /** The last whole lines of a log, at most {@code bytes}; says so when there is no log. */
    public static String tail(Path log, int bytes) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long start = Math.max(0, file.length() - bytes);
            file.seek(start);
            byte[] end = new byte[(int) (file.length() - start)];
            file.readFully(end);
            String text = new String(end, StandardCharsets.UTF_8);
            return start == 0 ? text : text.substring(text.indexOf('\n') + 1);
        } catch (IOException e) {
            return "(no log at " + log + ")";
        }
    }
}
