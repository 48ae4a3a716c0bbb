package dev.turnkeep.session.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A page of a list: {@code {"items":[...],"next_cursor":"..."}}, the cursor absent on the last page. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Page(
        List<Map<String, @Nullable Object>> items,
        @JsonProperty("next_cursor") @Nullable String nextCursor) {

    /**
     * Of one row more than fit, so that the last page is known to be the last.
     *
     * @param cursor of an item: of what comes after it
     */
    public static Page of(
            List<Map<String, @Nullable Object>> oneMore,
            int limit,
            Function<Map<String, @Nullable Object>, String> cursor) {
        if (oneMore.size() <= limit) {
            return new Page(oneMore, null);
        }
        List<Map<String, @Nullable Object>> items = oneMore.subList(0, limit);
        return new Page(items, cursor.apply(items.getLast()));
    }
}
