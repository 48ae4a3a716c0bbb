package dev.turnkeep.session.list;

import dev.turnkeep.session.request.Given;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What {@code GET /api/v1/sessions} is asked, in the words of its clients. */
record ApiListQuery(Parameters parameters) {
    static final String SIZE = "page[size]";
    static final String AFTER = "page[after]";
    static final String BEFORE = "page[before]";
    static final String TASKS = "filter[taskIdentifier]";

    private static final String PERIOD = "filter[createdAt][period]";
    private static final String FROM = "filter[createdAt][from]";
    private static final String TO = "filter[createdAt][to]";
    private static final String STATUS = "filter[status]";
    private static final int USUAL = 20;
    private static final int MOST = 100;

    int size() {
        Integer size = Given.limit(SIZE, parameters.text(SIZE));
        if (size == null) {
            return USUAL;
        }
        if (size < 1 || size > MOST) {
            throw Given.malformed(SIZE, "1.." + MOST);
        }
        return size;
    }

    @Nullable
    String after() {
        return parameters.raw(AFTER).orElse(null);
    }

    /** Clients turn pages by adding a cursor to whatever they asked before: both may be there. */
    @Nullable
    String before() {
        return parameters.raw(BEFORE).orElse(null);
    }

    Set<String> tasks() {
        return parameters.parted(TASKS);
    }

    /** The list's name for its cursors: a period stays the same while time goes on. */
    String name() {
        return "api " + parameters.text(PERIOD) + " " + parameters.text(FROM) + " " + parameters.text(TO);
    }

    Filter filter(Instant now) {
        Optional<Instant> period = parameters.one(PERIOD).map(text -> Period.before(now, text)
                .orElseThrow(() -> Given.malformed(PERIOD, "a period, such as 7d or 1h 30m")));
        return new Filter(
                parameters.parted("filter[type]"),
                parameters.parted("filter[tags]"),
                tasks(),
                statuses(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                // Not parted: a name may hold commas.
                parameters.one("filter[externalId]").map(String::strip).orElse(null),
                null,
                null,
                Stream.concat(period.stream(), time(FROM).stream())
                        .max(Comparator.naturalOrder())
                        .orElse(null),
                time(TO).orElse(null),
                null,
                null,
                false);
    }

    private Set<Filter.Status> statuses() {
        Set<Filter.Status> statuses = new LinkedHashSet<>();
        for (String name : parameters.parted(STATUS)) {
            try {
                statuses.add(Filter.Status.valueOf(name.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw Given.malformed(STATUS, "ACTIVE, CLOSED or EXPIRED");
            }
        }
        return statuses;
    }

    /** Milliseconds since 1970, 0 included. */
    private Optional<Instant> time(String name) {
        return parameters.one(name).map(text -> {
            if (!text.matches("-?[0-9]{1,15}")) {
                throw Given.malformed(name, "milliseconds since 1970");
            }
            try {
                return Given.within(name, Instant.ofEpochMilli(Long.parseLong(text)));
            } catch (DateTimeException e) {
                throw Given.malformed(name, "milliseconds since 1970");
            }
        });
    }
}
