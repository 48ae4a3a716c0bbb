package dev.turnkeep.localstack.clickhouse;

import dev.turnkeep.localstack.ClickHouseAddress;
import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.Packages;
import dev.turnkeep.localstack.Program;
import dev.turnkeep.localstack.clickhouse.library.ChdbLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@link EmbeddedClickHouse} as an engine of the local stack. */
public final class ClickHouseServer implements Program<ClickHouseAddress> {

    private static final long ENGINE_MEMORY = 1536L * 1024 * 1024;
    private static final String HEAP = "-Xmx192m";

    private final int port;

    public ClickHouseServer(int port) {
        this.port = port;
    }

    @Override
    public String name() {
        return "clickhouse";
    }

    @Override
    public ClickHouseAddress address() {
        return ClickHouseAddress.local(port);
    }

    @Override
    public List<Integer> ports() {
        return List.of(port);
    }

    @Override
    public void prepare(Path folder) throws IOException {
        ChdbLibrary.file();
        Files.createDirectories(folder.resolve("tmp"));
    }

    @Override
    public List<String> command(Path folder) {
        return List.of(
                Commands.java(),
                "--enable-native-access=ALL-UNNAMED",
                HEAP,
                "-XX:+UseSerialGC",
                // Half a server, without the thread that the error struck, would be worse than none.
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:TieredStopAtLevel=1",
                // The compression libraries unpack themselves there: a killed process's are deleted with the rest.
                "-Djava.io.tmpdir=" + folder.resolve("tmp"),
                "-cp",
                Packages.classPath(),
                EmbeddedClickHouse.class.getName(),
                ChdbLibrary.file().toString(),
                folder.toString(),
                Integer.toString(port),
                Long.toString(ENGINE_MEMORY));
    }

    @Override
    public void ping(ClickHouseAddress address) throws IOException {
        new ClickHousePing().ping(address);
    }
}
