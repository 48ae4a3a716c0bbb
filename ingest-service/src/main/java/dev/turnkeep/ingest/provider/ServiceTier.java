package dev.turnkeep.ingest.provider;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a call was served, in the provider's words, where that has prices of its own. */
final class ServiceTier {
    /** What providers call the usual way, or the absence of any. */
    private static final Set<String> USUAL = Set.of(
            "default",
            "standard",
            "auto",
            "on_demand",
            "global",
            "not_available",
            "unspecified",
            "traffic_type_unspecified",
            "service_tier_unspecified");

    private static final Pattern OTHERS = Pattern.compile("[^a-z0-9_.:-]");
    private static final int LONGEST = 64;

    private ServiceTier() {}

    /** Null for the usual way. */
    static @Nullable String special(@Nullable String word) {
        String name = word == null ? "" : word.strip().toLowerCase(Locale.ROOT);
        if (name.isEmpty() || USUAL.contains(name)) {
            return null;
        }
        String clean = OTHERS.matcher(name).replaceAll("_");
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST);
    }

    /** Several things at once, such as where and how fast; each once. */
    static @Nullable String both(@Nullable String one, @Nullable String other) {
        if (one == null || other == null || one.equals(other)) {
            return one == null ? other : one;
        }
        Set<String> words = new LinkedHashSet<>(List.of(one.split("\\+", -1)));
        words.addAll(List.of(other.split("\\+", -1)));
        String all = String.join("+", words);
        return all.length() <= LONGEST ? all : one;
    }
}
