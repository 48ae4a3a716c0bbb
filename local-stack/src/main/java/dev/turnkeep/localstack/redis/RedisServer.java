package dev.turnkeep.localstack.redis;

import dev.turnkeep.localstack.Cache;
import dev.turnkeep.localstack.EngineException;
import dev.turnkeep.localstack.Packages;
import dev.turnkeep.localstack.Program;
import dev.turnkeep.localstack.RedisAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A Redis server that keeps nothing: it is disposable by design, and its restart is an empty one. */
public final class RedisServer implements Program<RedisAddress> {

    private final int port;

    public RedisServer(int port) {
        this.port = port;
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public RedisAddress address() {
        return new RedisAddress("127.0.0.1", port);
    }

    @Override
    public List<Integer> ports() {
        return List.of(port);
    }

    @Override
    public void prepare(Path folder) {
        binary();
    }

    @Override
    public List<String> command(Path folder) {
        return List.of(
                binary().toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                folder.toString(),
                "--save",
                "",
                "--appendonly",
                "no",
                "--maxmemory",
                "256mb",
                "--maxmemory-policy",
                "noeviction");
    }

    @Override
    public void ping(RedisAddress address) throws IOException {
        new RedisPing().ping(address);
    }

    /** The server for this machine, unpacked once per user. */
    private static Path binary() {
        Path jar = Packages.jar("embedded-redis-");
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            String platform = platform();
            ZipEntry entry = zip.stream()
                    .filter(candidate -> candidate.getName().startsWith("redis-server-")
                            && candidate.getName().endsWith(platform))
                    .findFirst()
                    .orElseThrow(() -> new EngineException("no Redis for " + platform + " in " + jar));
            Path binary = Cache.folder().resolve(entry.getName());
            if (Files.isExecutable(binary)) return binary;
            unpack(zip, entry, binary);
            return binary;
        } catch (IOException e) {
            throw new EngineException("cannot unpack " + jar + ": " + e.getMessage(), e);
        }
    }

    private static void unpack(ZipFile zip, ZipEntry entry, Path binary) throws IOException {
        Files.createDirectories(Cache.folder());
        Path aside = Files.createTempFile(Cache.folder(), "redis-server-", ".part");
        try (InputStream content = zip.getInputStream(entry)) {
            Files.copy(content, aside, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(aside, binary, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
        return system + "-" + (System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64");
    }
}
