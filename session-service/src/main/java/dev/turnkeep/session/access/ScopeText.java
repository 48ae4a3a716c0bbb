package dev.turnkeep.session.access;

import org.jspecify.annotations.Nullable;

/**
 * One scope, {@code action:type[:name]}; a name may hold colons.
 *
 * @param type null for a bare action, which grants nothing but for {@code admin}
 * @param name null for all of the type
 */
record ScopeText(
        String action, @Nullable String type, @Nullable String name) {
    private static final String EVERYTHING = "admin";

    static ScopeText parse(String text) {
        String[] parts = text.split(":", 3);
        return new ScopeText(parts[0], parts.length > 1 ? parts[1] : null, parts.length > 2 ? parts[2] : null);
    }

    /** Bare {@code admin} grants everything; {@code *} is every action, {@code all} every type. */
    boolean grants(Action wanted, Resource resource) {
        if (type == null) {
            return action.equals(EVERYTHING);
        }
        if (!action.equals("*") && !action.equals(wanted.text())) {
            return false;
        }
        return type.equals("all") || (type.equals(resource.type()) && (name == null || name.equals(resource.name())));
    }

    /** Whether it grants the action on something of the type that it names. */
    boolean namesOne(Action wanted, String ofType) {
        return name != null && ofType.equals(type) && (action.equals("*") || action.equals(wanted.text()));
    }
}
