package dev.turnkeep.localstack.run;

import java.io.PrintStream;
import java.util.Locale;

/** Lines that say what has happened, and how many seconds after the start. */
final class Progress {

    private static final double NANOS = 1e9;

    private final PrintStream out;
    private final long start = System.nanoTime();

    Progress(PrintStream out) {
        this.out = out;
    }

    void say(String line) {
        out.printf(Locale.ROOT, "[%5.1f s] %s%n", (System.nanoTime() - start) / NANOS, line);
        out.flush();
    }

    /** A block of text, without a time. */
    void show(String text) {
        out.println(text);
        out.flush();
    }
}
