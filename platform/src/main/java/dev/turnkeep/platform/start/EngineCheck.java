package dev.turnkeep.platform.start;

import java.util.Optional;

/** Looks at something that the service works with, and that may come later than the service. */
public interface EngineCheck {
    /** What it is and where, such as {@code Postgres at db:5432/turnkeep}. No credentials. */
    String engine();

    /** Whether the service cannot do its work without it. */
    boolean needed();

    /** What is wrong; empty when nothing is. May wait some seconds: it is called on a virtual thread of its own. */
    Optional<Trouble> look();

    /**
     * What is wrong.
     *
     * @param what is the case
     * @param remedy what an operator can do
     */
    record Trouble(String what, String remedy) {}
}
