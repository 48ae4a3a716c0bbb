package dev.turnkeep.e2e.system;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the services have written to their logs since a moment.
 *
 * @param from the files' lengths at that moment, in the order of the files
 */
public record ServiceLog(List<Path> files, List<Long> from) {
    private static final Pattern ERROR = Pattern.compile("^\\S+ \\S+ +(ERROR|FATAL) ");

    static ServiceLog now(List<Path> files) {
        return new ServiceLog(files, files.stream().map(ServiceLog::length).toList());
    }

    /** Lines of level ERROR, or worse. */
    public List<String> errors() {
        return lines().stream().filter(line -> ERROR.matcher(line).find()).toList();
    }

    public List<String> lines() {
        return text().lines().toList();
    }

    public String text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < files.size(); i++) {
            text.append(read(files.get(i), from.get(i)));
        }
        return text.toString();
    }

    private static long length(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path path, long from) {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
