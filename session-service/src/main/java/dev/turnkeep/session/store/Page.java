package dev.turnkeep.session.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A page of a list: {@code {"items":[...],"next_cursor":"..."}}, the cursor absent on the last page. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Page(
        List<Map<String, @Nullable Object>> items,
        @JsonProperty("next_cursor") @Nullable String nextCursor) {

    /** Of one row more than fit, so that the last page is known to be the last. */
    public static Page of(
            List<Map<String, @Nullable Object>> oneMore,
            int limit,
            Function<Map<String, @Nullable Object>, String> position) {
        if (oneMore.size() <= limit) {
            return new Page(oneMore, null);
        }
        List<Map<String, @Nullable Object>> items = oneMore.subList(0, limit);
        return new Page(items, encode(position.apply(items.getLast())));
    }

    private static String encode(String position) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("1" + position).getBytes(StandardCharsets.UTF_8));
    }

    /** The position that a cursor stands for; 400 for anything that no page has handed out. */
    public static String position(String cursor, String form) {
        String text;
        try {
            text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw badCursor();
        }
        if (!text.startsWith("1") || !text.substring(1).matches(form)) {
            throw badCursor();
        }
        return text.substring(1);
    }

    private static Invalid badCursor() {
        return new Invalid(Problem.MALFORMED, "cursor", "cursor: must be the next_cursor of an earlier page");
    }
}
