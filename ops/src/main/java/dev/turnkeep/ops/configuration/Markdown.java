package dev.turnkeep.ops.configuration;

import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A documentation comment as one line of Markdown. */
final class Markdown {
    private static final Pattern CODE = Pattern.compile("\\{@code ([^}]*)}");
    private static final Pattern LINK = Pattern.compile("\\{@link #?([^}\\s]*)[^}]*}");
    private static final Pattern BLOCK_TAGS = Pattern.compile("(?s)\\n\\s*@\\w+.*");

    private Markdown() {}

    static String of(String comment) {
        String text = BLOCK_TAGS.matcher("\n" + comment).replaceFirst("");
        text = CODE.matcher(text).replaceAll("`$1`");
        text = LINK.matcher(text).replaceAll(Markdown::linked);
        text = text.replaceAll("<[^>]+>", " ").replaceAll("\\s+", " ").strip();
        return text.replace("|", "\\|");
    }

    private static String linked(MatchResult link) {
        String member = link.group(1).replaceFirst("^.*#", "");
        return "`" + member.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT) + "`";
    }
}
