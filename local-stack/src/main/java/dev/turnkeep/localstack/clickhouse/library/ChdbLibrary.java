package dev.turnkeep.localstack.clickhouse.library;

import dev.turnkeep.localstack.Cache;
import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.EngineException;
import dev.turnkeep.localstack.Folders;
import dev.turnkeep.localstack.HeldFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * {@code libchdb.so}, the ClickHouse engine as a library. Fetched from npm once per user, checked against the package's
 * own checksum, and kept in the cache.
 */
public final class ChdbLibrary {

    static final NpmPackage PACKAGE = new NpmPackage(
            "@chdb/lib-linux-x64-gnu",
            "26.7.3-stable.1",
            "XP97mMqnc5tZpKQywR8N7cLTsHNiTmHr30pC5mzo3jWmukjKn2IBa60c2B/gWUNcuFjOMjWoorQICCqBVj5wpw==");

    private static final String FILE = "libchdb.so";
    private static final long SIZE = 566_330_096;
    private static final Duration FETCHED_BY_ANOTHER = Duration.ofMinutes(20);
    private static final String ASIDE = "fetch-";

    private ChdbLibrary() {}

    /**
     * The library, fetched first if it is not in the cache.
     *
     * @throws EngineException when it cannot run on this machine, or be fetched; the message says what to do
     */
    public static Path file() {
        return in(Cache.folder(), Platform.here(Commands.exists("npm")));
    }

    static Path in(Path cache, Platform platform) {
        platform.requireRunnable();
        Path folder = cache.resolve("chdb").resolve(PACKAGE.version());
        Path library = folder.resolve(FILE);
        try {
            if (complete(library)) return library;
            platform.requireFetchable();
            Files.createDirectories(folder);
            try (HeldFile _ = HeldFile.hold(folder.resolve("fetch.lock"), FETCHED_BY_ANOTHER)) {
                if (!complete(library)) fetch(folder, library);
            }
            return library;
        } catch (IOException e) {
            throw new EngineException(
                    "cannot fetch ClickHouse's engine library into " + folder + ": " + e.getMessage() + ". "
                            + Platform.WAYS_OUT,
                    e);
        }
    }

    private static boolean complete(Path library) throws IOException {
        return Files.exists(library) && Files.size(library) == SIZE;
    }

    /** In a folder aside, so that the library appears whole or not at all. */
    private static void fetch(Path folder, Path library) throws IOException {
        deleteLeftovers(folder);
        Path aside = Files.createTempDirectory(folder, ASIDE);
        try {
            System.err.println("Fetching ClickHouse's engine from npm, once: 178 MB, 566 MB unpacked ...");
            Path archive = PACKAGE.fetch(aside);
            PACKAGE.verify(archive);
            Path unpacked = PACKAGE.unpack(archive, "package/" + FILE, aside.resolve(FILE));
            Files.move(unpacked, library, StandardCopyOption.ATOMIC_MOVE);
            System.err.println("ClickHouse's engine is in " + library);
        } finally {
            Folders.delete(aside);
        }
    }

    private static void deleteLeftovers(Path folder) throws IOException {
        List<Path> leftovers;
        try (var files = Files.list(folder)) {
            leftovers = files.filter(file -> file.getFileName().toString().startsWith(ASIDE) && Files.isDirectory(file))
                    .toList();
        }
        for (Path leftover : leftovers) Folders.delete(leftover);
    }
}
