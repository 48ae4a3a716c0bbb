package dev.turnkeep.localstack.clickhouse;

import dev.turnkeep.localstack.clickhouse.engine.Chdb;
import dev.turnkeep.localstack.clickhouse.engine.ChdbEngine;
import dev.turnkeep.localstack.clickhouse.engine.SignalDispositions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Runs in a process of its own: what it tries would hang or kill a JVM that has lost its signal handlers. */
final class SignalProbe {

    private SignalProbe() {}

    public static void main(String[] arguments) throws Exception {
        SignalDispositions before = SignalDispositions.current();
        Path folder = Path.of(arguments[1]);
        Path configuration = Files.writeString(folder.resolve("config.xml"), "<clickhouse></clickhouse>");
        try (ChdbEngine engine =
                ChdbEngine.open(Chdb.load(Path.of(arguments[0])), folder.resolve("data"), configuration)) {
            engine.value("SELECT 1");
            System.out.println("changed: " + before.changed());
            System.out.println("null pointers: " + nullPointers());
            System.out.println("overflows: " + overflows());
            System.out.println(engine.value("SELECT 42"));
        }
    }

    /** Enough for the compiler to take the null check out and leave it to SIGSEGV. */
    private static int nullPointers() {
        int caught = 0;
        for (int i = 0; i < 200_000; i++) {
            try {
                caught -= length(i < 0 ? "never" : null);
            } catch (NullPointerException e) {
                caught++;
            }
        }
        return caught;
    }

    @SuppressWarnings("NullAway") // a null pointer is what it is about
    private static int length(@Nullable String text) {
        return text.length();
    }

    private static int overflows() {
        int caught = 0;
        for (int i = 0; i < 20; i++) {
            try {
                caught -= deeper(1);
            } catch (StackOverflowError e) {
                caught++;
            }
        }
        return caught;
    }

    private static int deeper(int depth) {
        return depth < 0 ? depth : deeper(depth + 1) + 1;
    }
}
