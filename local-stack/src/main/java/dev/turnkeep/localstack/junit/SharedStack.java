package dev.turnkeep.localstack.junit;

import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.EngineException;
import dev.turnkeep.localstack.Folders;
import dev.turnkeep.localstack.HeldFile;
import dev.turnkeep.localstack.Logs;
import dev.turnkeep.localstack.Packages;
import dev.turnkeep.localstack.Settings;
import dev.turnkeep.localstack.StackAddresses;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The engines of this build: all test JVMs of one Maven run share them. The first that needs them starts a {@link
 * Keeper}, which owns them until the build is over. Everything is agreed upon in one folder named after the build's pid.
 */
final class SharedStack {

    // The first start of all fetches ClickHouse's engine.
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final long PAUSE_MILLIS = 20;
    private static final int TAIL_BYTES = 8_192;
    private static final List<String> SETTINGS = List.of(
            "TURNKEEP_STACK_SOURCE",
            "TURNKEEP_CACHE",
            "KAFKA_BOOTSTRAP",
            "POSTGRES_URL",
            "REDIS_URL",
            "CLICKHOUSE_URL",
            "CLICKHOUSE_SOURCE",
            "KAFKA_PORT",
            "POSTGRES_PORT",
            "REDIS_PORT",
            "CLICKHOUSE_PORT");

    private SharedStack() {}

    static StackAddresses addresses() {
        ProcessHandle build = BuildProcess.find();
        return addresses(BuildProcess.root().resolve(".local-stack"), build);
    }

    /** The engines that live as long as {@code owner} does. */
    static StackAddresses addresses(Path state, ProcessHandle owner) {
        Path folder = state.resolve(Keeper.FOLDER_PREFIX + owner.pid());
        try {
            Files.createDirectories(folder);
            try (HeldFile _ = HeldFile.hold(folder.resolve("start.lock"), PATIENCE)) {
                Path addresses = folder.resolve(Keeper.ADDRESSES);
                if (!kept(folder)) {
                    Files.deleteIfExists(addresses);
                    Folders.delete(folder.resolve(Keeper.DATA));
                    await(addresses, spawn(folder, owner));
                }
                return StackAddresses.load(addresses);
            }
        } catch (IOException e) {
            throw new EngineException("cannot share the engines through " + folder, e);
        }
    }

    /** Whether a keeper lives and has its engines up: the lock is the kernel's word for it, the file the keeper's. */
    private static boolean kept(Path folder) throws IOException {
        Optional<HeldFile> free = HeldFile.tryHold(folder.resolve(Keeper.LOCK));
        if (free.isPresent()) {
            free.get().close();
            return false;
        }
        await(folder.resolve(Keeper.ADDRESSES), null);
        return true;
    }

    private static Process spawn(Path folder, ProcessHandle owner) throws IOException {
        List<String> command = new ArrayList<>();
        // Away from the terminal: Ctrl-C ends the build, and the build's end ends the keeper in good order.
        if (Commands.exists("setsid")) command.add("setsid");
        command.addAll(List.of(Commands.java(), "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        Settings settings = Settings.ofProcess();
        for (String name : SETTINGS) {
            String value = settings.value(name);
            if (value != null) command.add("-D" + name.toLowerCase(Locale.ROOT).replace('_', '.') + "=" + value);
        }
        command.addAll(List.of("-cp", Packages.classPath(), Keeper.class.getName()));
        command.addAll(List.of(folder.toString(), Long.toString(owner.pid())));
        return new ProcessBuilder(command)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(folder.resolve(Keeper.LOG).toFile()))
                .start();
    }

    private static void await(Path addresses, @Nullable Process keeper) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(addresses)) {
            Path log = addresses.resolveSibling(Keeper.LOG);
            if ((keeper != null && !keeper.isAlive()) || System.nanoTime() > deadline)
                throw new EngineException("the engines for the tests did not start:\n" + Logs.tail(log, TAIL_BYTES));
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EngineException("interrupted while the engines start", e);
            }
        }
    }
}
