package dev.turnkeep.ops.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A default in the words of somebody who sets it, who need not know how it is written in the sources. */
final class Standard {
    private static final Pattern EXPRESSION = Pattern.compile("\\$\\{([^:}]+):([^}]*)}");

    private Standard() {}

    /**
     * As Markdown. Of a default that other settings have a say in: what it is without them, and what each stands for.
     *
     * @param written not empty; expressions as {@code ${name:default}}, of which none is within another
     * @throws IllegalArgumentException for an expression without a default: nobody could say what holds without it
     */
    static String told(String written) {
        List<String> others = new ArrayList<>();
        Matcher expressions = EXPRESSION.matcher(written);
        while (expressions.find()) {
            MatchResult found = expressions.toMatchResult();
            boolean whole = found.group().equals(written);
            others.add("`" + Setting.variable(found.group(1)) + "`"
                    + (whole ? "" : " in place of `" + found.group(2) + "`"));
        }
        String plain = EXPRESSION.matcher(written).replaceAll(found -> Matcher.quoteReplacement(found.group(2)));
        if (plain.contains("${")) {
            throw new IllegalArgumentException("no words for the default " + written);
        }
        return "`" + plain + "`"
                + (others.isEmpty() ? "" : ", or " + String.join(" and ", others) + " where that is set");
    }
}
