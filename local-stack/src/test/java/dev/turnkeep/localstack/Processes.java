package dev.turnkeep.localstack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Looks at processes that are not children of the test. */
public final class Processes {

    private static final long PAUSE_MILLIS = 20;

    private Processes() {}

    /** A zombie that nobody collected has ended. */
    public static boolean endsWithin(long pid, long time, TimeUnit unit) throws InterruptedException {
        long deadline = System.nanoTime() + unit.toNanos(time);
        while (runs(pid)) {
            if (System.nanoTime() > deadline) return false;
            Thread.sleep(PAUSE_MILLIS);
        }
        return true;
    }

    private static boolean runs(long pid) {
        if (ProcessHandle.of(pid).isEmpty()) return false;
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException noSuchFile) {
            return ProcessHandle.of(pid).isPresent();
        }
    }
}
