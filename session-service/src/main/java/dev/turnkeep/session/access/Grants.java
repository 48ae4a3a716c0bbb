package dev.turnkeep.session.access;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What one credential's scopes allow. */
record Grants(List<ScopeText> scopes) {
    Grants {
        scopes = List.copyOf(scopes);
    }

    /**
     * Of a key. Besides scopes it may have what keys were given before there were any: {@code *} for everything,
     * {@code read}, and {@code write} for every change.
     */
    static Grants ofKey(Collection<String> texts) {
        List<ScopeText> scopes = new ArrayList<>();
        for (String text : texts) {
            switch (text) {
                case "*" -> scopes.add(ScopeText.parse("admin"));
                case "read" -> scopes.add(ScopeText.parse("read:all"));
                case "write" -> {
                    scopes.add(ScopeText.parse("write:all"));
                    scopes.add(ScopeText.parse("admin:all"));
                }
                default -> scopes.add(ScopeText.parse(text));
            }
        }
        return new Grants(scopes);
    }

    /** Of a public token: only what the grammar says. */
    static Grants ofToken(Collection<String> texts) {
        return new Grants(texts.stream().map(ScopeText::parse).toList());
    }

    /** Whether any of the resources may be acted on. */
    boolean permit(Action action, List<Resource> anyOf) {
        return anyOf.stream().anyMatch(resource -> scopes.stream().anyMatch(scope -> scope.grants(action, resource)));
    }

    /** Whether some session is named, so that another name of it may be allowed where this one is not. */
    boolean nameSessions(Action action) {
        return scopes.stream().anyMatch(scope -> scope.namesOne(action, "sessions"));
    }
}
