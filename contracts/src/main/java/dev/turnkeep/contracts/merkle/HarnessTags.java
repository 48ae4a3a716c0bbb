package dev.turnkeep.contracts.merkle;

import java.util.List;

/**
 * Spans that harnesses put into messages and change from turn to turn: clocks, reminders, notifications. None of them is
 * what anybody said, so {@code <tag>...</tag>} is taken out before hashing. The list and its order are part of the hash.
 */
final class HarnessTags {
    private static final List<Tag> TAGS = List.of(
            new Tag("system-reminder"),
            new Tag("command-name"),
            new Tag("command-message"),
            new Tag("command-args"),
            new Tag("local-command-stdout"),
            new Tag("local-command-stderr"),
            new Tag("local-command-caveat"),
            new Tag("session"),
            new Tag("conversation"),
            new Tag("new-diagnostics"),
            new Tag("task-notification"),
            new Tag("status"),
            new Tag("summary"),
            new Tag("transcript"),
            new Tag("event"),
            new Tag("tool-use-id"),
            new Tag("output-file"),
            new Tag("task-id"),
            new Tag("environment_context"));
    /** What follows the bracket of any of the tags: most brackets in source code are told apart by this alone. */
    private static final String FIRST_LETTERS = "sclntoe";

    private record Tag(String opening, String closing) {
        Tag(String name) {
            this("<" + name + ">", "</" + name + ">");
        }
    }

    private HarnessTags() {}

    /**
     * Takes out the spans of each tag in turn; a tag that is not closed takes the rest of the text. What a removal joins
     * can make a new tag, which is then taken out as well. Time is linear in the text.
     */
    static String strip(String text) {
        String stripped = text;
        for (int i = firstPresent(text); i < TAGS.size(); i++) {
            stripped = strip(stripped, TAGS.get(i));
        }
        return stripped;
    }

    /** The first tag of the list that the text opens anywhere. Nothing changes before it, so those need no search. */
    private static int firstPresent(String text) {
        int first = TAGS.size();
        for (int at = text.indexOf('<'); at >= 0 && first > 0; at = text.indexOf('<', at + 1)) {
            if (at + 1 == text.length() || FIRST_LETTERS.indexOf(text.charAt(at + 1)) < 0) {
                continue;
            }
            for (int i = 0; i < first; i++) {
                if (text.startsWith(TAGS.get(i).opening, at)) {
                    first = i;
                }
            }
        }
        return first;
    }

    private static String strip(String text, Tag tag) {
        int opening = text.indexOf(tag.opening);
        if (opening < 0) {
            return text;
        }
        StringBuilder kept = new StringBuilder(text.length());
        int rest = 0;
        while (opening >= 0) {
            kept.append(text, rest, opening);
            int inside = opening + tag.opening.length();
            int joined;
            do {
                int closing = text.indexOf(tag.closing, inside);
                if (closing < 0) {
                    return kept.toString();
                }
                rest = closing + tag.closing.length();
                joined = joinedOpening(kept, text, rest, tag.opening);
                if (joined >= 0) {
                    inside = rest + tag.opening.length() - (kept.length() - joined);
                    kept.setLength(joined);
                }
            } while (joined >= 0);
            opening = text.indexOf(tag.opening, rest);
        }
        return kept.append(text, rest, text.length()).toString();
    }

    /** Where in {@code kept} a tag starts that ends in the text's rest; -1 when the joint makes none. */
    private static int joinedOpening(StringBuilder kept, String text, int rest, String opening) {
        for (int at = Math.max(0, kept.length() - opening.length() + 1); at < kept.length(); at++) {
            int before = kept.length() - at;
            if (text.startsWith(opening.substring(before), rest)
                    && kept.substring(at).equals(opening.substring(0, before))) {
                return at;
            }
        }
        return -1;
    }
}
