package dev.turnkeep.contracts.id;

import dev.turnkeep.contracts.problem.Invalid;
import java.util.regex.Pattern;

/** An environment of an organisation, such as {@code production}: {@code [a-z0-9-]{1,32}}, never renamed. */
public record EnvironmentName(String value) {
    private static final Pattern FORM = Pattern.compile("[a-z0-9-]{1,32}");

    public EnvironmentName {
        if (!FORM.matcher(value).matches()) {
            throw Invalid.field("environment", "1..32 characters of a-z, 0-9 and -");
        }
    }
}
