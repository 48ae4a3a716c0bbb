package dev.turnkeep.contracts.price;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A rule on the name of a provider or model. Case does not matter, except to a regular expression. */
sealed interface Match {
    /** @param name in lower case */
    boolean accepts(String name);

    record Equal(String text) implements Match {
        @Override
        public boolean accepts(String name) {
            return name.equals(text);
        }
    }

    record StartsWith(String text) implements Match {
        @Override
        public boolean accepts(String name) {
            return name.startsWith(text);
        }
    }

    record EndsWith(String text) implements Match {
        @Override
        public boolean accepts(String name) {
            return name.endsWith(text);
        }
    }

    record Contains(String text) implements Match {
        @Override
        public boolean accepts(String name) {
            return name.contains(text);
        }
    }

    record Regex(Pattern pattern) implements Match {
        @Override
        public boolean accepts(String name) {
            return pattern.matcher(name).find();
        }
    }

    record AnyOf(List<Match> matches) implements Match {
        @Override
        public boolean accepts(String name) {
            return matches.stream().anyMatch(match -> match.accepts(name));
        }
    }

    record AllOf(List<Match> matches) implements Match {
        @Override
        public boolean accepts(String name) {
            return matches.stream().allMatch(match -> match.accepts(name));
        }
    }

    static Match read(Document rule) {
        Map<String, Document> members = rule.members();
        if (members.size() != 1) {
            throw rule.invalid("must have one of equals, starts_with, ends_with, contains, regex, or, and");
        }
        Map.Entry<String, Document> only = members.entrySet().iterator().next();
        Document value = only.getValue();
        return switch (only.getKey()) {
            case "equals" -> new Equal(lower(value));
            case "starts_with" -> new StartsWith(lower(value));
            case "ends_with" -> new EndsWith(lower(value));
            case "contains" -> new Contains(lower(value));
            case "regex" -> regex(value);
            case "or" -> new AnyOf(all(value));
            case "and" -> new AllOf(all(value));
            default ->
                throw value.invalid("is no rule; known are equals, starts_with, ends_with, contains, regex, or, and");
        };
    }

    private static List<Match> all(Document rules) {
        List<Match> matches = new ArrayList<>();
        rules.items().forEach(rule -> matches.add(read(rule)));
        return List.copyOf(matches);
    }

    private static String lower(Document text) {
        return text.text().toLowerCase(Locale.ROOT);
    }

    private static Match regex(Document text) {
        try {
            return new Regex(Pattern.compile(text.text()));
        } catch (PatternSyntaxException e) {
            throw text.invalid("is no regular expression: " + e.getDescription());
        }
    }
}
