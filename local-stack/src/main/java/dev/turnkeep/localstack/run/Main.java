package dev.turnkeep.localstack.run;

import dev.turnkeep.localstack.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** The commands behind the Makefile's targets; run from the checkout. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Home home = new Home(Path.of("").toAbsolutePath());
        Progress progress = new Progress(System.out);
        String command = String.join(" ", Arrays.asList(arguments));
        int status =
                switch (command) {
                    case "run" -> new Run(home, Settings.ofProcess(), progress).untilStopped("Ctrl-C");
                    case "serve" -> new Run(home, Settings.ofProcess(), progress).untilStopped("make down");
                    case "up" -> new Background(home, progress).up();
                    case "down" -> new Background(home, progress).down();
                    case "sample" -> new Background(home, progress).sample();
                    default -> {
                        progress.show("commands: run, up, down, sample");
                        yield 2;
                    }
                };
        // A shutdown hook waits for this thread: it must not wait for the hook.
        if (status != 0) Runtime.getRuntime().halt(status);
    }
}
