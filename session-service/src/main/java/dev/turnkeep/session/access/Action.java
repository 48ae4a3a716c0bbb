package dev.turnkeep.session.access;

import java.util.Locale;

/** What is done to a resource, as scopes name it. */
public enum Action {
    READ,
    WRITE,
    /** Changes of a session itself rather than of what is in it: labels, state, existence. */
    ADMIN;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
