package dev.turnkeep.localstack.run;

import java.nio.file.Path;

/** The checkout, and the folder in it that holds everything which a run makes. */
record Home(Path checkout) {

    Path folder() {
        return checkout.resolve(".local-stack");
    }

    Path data() {
        return folder().resolve("data");
    }

    Path log(String name) {
        return folder().resolve("log").resolve(name + ".log");
    }

    Path secrets() {
        return folder().resolve("secrets");
    }

    Path env() {
        return folder().resolve("env");
    }

    /** Held by the process that runs the system. */
    Path lock() {
        return folder().resolve("run.lock");
    }

    /** Written by that process: see {@link RunState}. */
    Path state() {
        return folder().resolve("run.state");
    }
}
