package dev.turnkeep.session.access;

import org.jspecify.annotations.Nullable;

/**
 * What something is done to, as scopes name it.
 *
 * @param type such as {@code sessions}
 * @param name one of them; null for all of them together
 */
public record Resource(String type, @Nullable String name) {
    private static final String SESSIONS = "sessions";
    private static final String TASKS = "tasks";

    /** All sessions. */
    public static Resource sessions() {
        return new Resource(SESSIONS, null);
    }

    /** One session, by its friendly id or its external id. */
    public static Resource session(String name) {
        return new Resource(SESSIONS, name);
    }

    /** All tasks. */
    public static Resource tasks() {
        return new Resource(TASKS, null);
    }

    /** One task, and with it the sessions that are bound to it. */
    public static Resource task(String identifier) {
        return new Resource(TASKS, identifier);
    }
}
