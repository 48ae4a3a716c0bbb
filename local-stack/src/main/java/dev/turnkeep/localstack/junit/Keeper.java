package dev.turnkeep.localstack.junit;

import dev.turnkeep.localstack.Folders;
import dev.turnkeep.localstack.HeldFile;
import dev.turnkeep.localstack.LocalStack;
import dev.turnkeep.localstack.Settings;
import dev.turnkeep.localstack.Sources;
import dev.turnkeep.localstack.StackAddresses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Owns the engines of one build in a process of its own: stops them and deletes their data when the build is gone. */
final class Keeper {

    static final String FOLDER_PREFIX = "test-";
    static final String ADDRESSES = "addresses.properties";
    static final String LOCK = "keeper.lock";
    static final String LOG = "keeper.log";
    static final String DATA = "data";

    private Keeper() {}

    /** @param arguments the folder, and the pid of the process whose end ends the engines */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]).toAbsolutePath();
        Optional<ProcessHandle> owner = ProcessHandle.of(Long.parseLong(arguments[1]));
        Optional<HeldFile> lock = HeldFile.tryHold(folder.resolve(LOCK));
        if (owner.isEmpty() || lock.isEmpty()) return;
        try (HeldFile _ = lock.get()) {
            deleteLeftovers(folder);
            try (LocalStack stack = LocalStack.start(folder.resolve(DATA), Sources.from(Settings.ofProcess()))) {
                StackAddresses.of(stack).save(folder.resolve(ADDRESSES));
                owner.get().onExit().join();
            }
            Folders.delete(folder);
        }
    }

    /** Folders of builds whose machine or keeper died before they could be deleted. */
    private static void deleteLeftovers(Path own) throws IOException {
        List<Path> others;
        try (Stream<Path> siblings = Files.list(Objects.requireNonNull(own.getParent()))) {
            others = siblings.filter(sibling -> sibling.getFileName().toString().startsWith(FOLDER_PREFIX))
                    .filter(sibling -> !sibling.equals(own))
                    .toList();
        }
        for (Path other : others) {
            String pid = other.getFileName().toString().substring(FOLDER_PREFIX.length());
            if (ProcessHandle.of(Long.parseLong(pid)).isPresent()) continue;
            Optional<HeldFile> abandoned = HeldFile.tryHold(other.resolve(LOCK));
            if (abandoned.isEmpty()) continue;
            try (HeldFile _ = abandoned.get()) {
                Folders.delete(other);
            }
        }
    }
}
