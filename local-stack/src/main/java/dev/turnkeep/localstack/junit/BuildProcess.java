package dev.turnkeep.localstack.junit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Who runs the tests, and where. */
final class BuildProcess {

    private BuildProcess() {}

    /** Maven, when it forked this JVM (through a shell, mostly); else, as in an IDE, this JVM. */
    static ProcessHandle find() {
        ProcessHandle self = ProcessHandle.current();
        // Surefire and failsafe tell the tests so.
        if (System.getProperty("basedir") == null) return self;
        Optional<ProcessHandle> ancestor = self.parent();
        while (ancestor.isPresent()) {
            if (isJava(ancestor.get())) return ancestor.get();
            ancestor = ancestor.get().parent();
        }
        return self;
    }

    /** The checkout: the nearest folder upwards with Maven's own settings. */
    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        for (Path folder = here; folder != null; folder = folder.getParent())
            if (Files.isDirectory(folder.resolve(".mvn"))) return folder;
        return here;
    }

    private static boolean isJava(ProcessHandle process) {
        return process.info()
                .command()
                .map(command -> Path.of(command).endsWith("java"))
                .orElse(false);
    }
}
