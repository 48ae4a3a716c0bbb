package dev.turnkeep.session.list;

import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions a list shows. An empty set lets everything through, else one of its values must be met; all conditions hold
 * together. Placeholders are in no list.
 *
 * @param tags one of them is the session's
 * @param statuses by closing and expiry
 * @param states by the lifecycle
 * @param outcomes by what its turns say: completed, failed, abandoned, unknown
 * @param models one of them answered one of its turns
 * @param text is part of a name, a title, the folder or an id of a caller's, in whatever case
 * @param createdFrom inclusive
 * @param createdTo inclusive
 * @param activeSince its last event is not before
 * @param activeUntil it started before
 * @param retired whether retired ones are shown too
 */
record Filter(
        Set<String> types,
        Set<String> tags,
        Set<String> tasks,
        Set<Status> statuses,
        Set<String> states,
        Set<String> outcomes,
        Set<String> harnesses,
        Set<String> models,
        @Nullable String externalId,
        @Nullable String authSubject,
        @Nullable String text,
        @Nullable Instant createdFrom,
        @Nullable Instant createdTo,
        @Nullable Instant activeSince,
        @Nullable Instant activeUntil,
        boolean retired) {

    /**
     * What a client of the session API distinguishes. A session that outlived its time is expired, also when the expiry job
     * has closed it.
     */
    enum Status {
        ACTIVE,
        CLOSED,
        EXPIRED
    }

    static final Filter ALL = new Filter(
            Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), null, null, null, null,
            null, null, null, false);

    /**
     * Whether a turn can change if it lets a session through. What else it asks for is changed by commands only, each of
     * which writes an event.
     */
    boolean movedByTurns() {
        return !outcomes.isEmpty()
                || !models.isEmpty()
                || authSubject != null
                || text != null
                || activeSince != null
                || activeUntil != null;
    }

    /** The same for the same conditions: a cursor belongs to it. */
    String canonical() {
        return String.join(
                "\u0000",
                sorted(types),
                sorted(tags),
                sorted(tasks),
                new TreeSet<>(statuses).toString(),
                sorted(states),
                sorted(outcomes),
                sorted(harnesses),
                sorted(models),
                String.valueOf(externalId),
                String.valueOf(authSubject),
                String.valueOf(text),
                String.valueOf(activeSince),
                String.valueOf(activeUntil),
                String.valueOf(retired));
    }

    private static String sorted(Set<String> values) {
        StringBuilder text = new StringBuilder();
        new TreeSet<>(values)
                .forEach(value -> text.append(value.length()).append(':').append(value));
        return text.toString();
    }
}
