package dev.turnkeep.ingest.otlp;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.ingest.provider.Amounts;
import dev.turnkeep.ingest.provider.JsonObject;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a span says of what its call used. */
final class SpanUsage {
    private static final String PREFIX = "gen_ai.usage.";
    private static final String INPUT = "input_tokens";
    private static final String OUTPUT = "output_tokens";
    private static final String CACHE_READ = "cache_read_tokens";
    private static final String CACHE_WRITE = "cache_write_tokens";
    private static final String REASONING = "reasoning_tokens";
    private static final String TIER = "service_tier";
    private static final String COST = "cost";
    private static final List<String> COUNTS = List.of(INPUT, OUTPUT, CACHE_READ, CACHE_WRITE, REASONING);
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,18}");

    private final JsonObject told = new JsonObject();

    private SpanUsage() {}

    static SpanUsage of(Attributes span) {
        SpanUsage usage = new SpanUsage();
        usage.put(INPUT, span.first(PREFIX + "input_tokens", PREFIX + "prompt_tokens"));
        usage.put(OUTPUT, span.first(PREFIX + "output_tokens", PREFIX + "completion_tokens"));
        usage.put(CACHE_READ, span.first(PREFIX + "cache_read.input_tokens", PREFIX + "cache_read_input_tokens"));
        usage.put(
                CACHE_WRITE,
                span.first(PREFIX + "cache_creation.input_tokens", PREFIX + "cache_creation_input_tokens"));
        usage.put(
                REASONING,
                span.first(
                        PREFIX + "reasoning.output_tokens",
                        PREFIX + "reasoning_output_tokens",
                        PREFIX + "reasoning_tokens"));
        String tier = span.text("openai.response.service_tier", "gen_ai.openai.response.service_tier");
        usage.put(TIER, tier == null ? null : JsonObject.text(tier));
        usage.put(COST, cost(span.raw(PREFIX + "cost")));
        return usage;
    }

    /** Instrumentations with a price list of their own write 0 for models that it lacks: that says nothing. */
    private static @Nullable RawJson cost(@Nullable RawJson given) {
        BigDecimal dollars = given == null ? null : Amounts.read(digits(given));
        return dollars == null || dollars.signum() == 0 ? null : given;
    }

    private void put(String name, @Nullable RawJson value) {
        if (value != null) {
            told.put(name, value);
        }
    }

    /** Whether a span with this usage may be about these calls below it: it tells of none, or of all of theirs. */
    boolean isOf(List<SpanUsage> calls) {
        if (!isTold()) {
            return true;
        }
        if (calls.stream().noneMatch(SpanUsage::isTold)) {
            return calls.size() == 1;
        }
        // Instrumentations differ in whether the input counts what the cache held: one of the two is enough.
        return isSum(SpanUsage::input, calls) || isSum(SpanUsage::output, calls);
    }

    private boolean isSum(ToLongFunction<SpanUsage> count, List<SpanUsage> calls) {
        long own = count.applyAsLong(this);
        return own > 0 && own == calls.stream().mapToLong(count).sum();
    }

    /**
     * Takes over what another span of the same call says and this one does not. Counts are those of one span, for they are
     * parts of each other: the other one's where it alone tells both input and output.
     */
    void complete(SpanUsage other) {
        if (other.isWhole() && !isWhole()) {
            COUNTS.forEach(told::take);
        }
        boolean same = input() == other.input() && output() == other.output();
        if (same || COUNTS.stream().noneMatch(told::has)) {
            told.fill(other.told);
        } else {
            fill(TIER, other);
            fill(COST, other);
        }
    }

    private void fill(String name, SpanUsage other) {
        RawJson value = other.told.member(name);
        if (value != null && !told.has(name)) {
            told.put(name, value);
        }
    }

    private boolean isTold() {
        return input() > 0 || output() > 0;
    }

    private boolean isWhole() {
        return isTold() && told.has(INPUT) && told.has(OUTPUT);
    }

    private long input() {
        return count(INPUT);
    }

    private long output() {
        return count(OUTPUT);
    }

    /** 0 for what is no count: it is refused when the turn is judged. */
    private long count(String name) {
        RawJson given = told.member(name);
        String digits = given == null ? "" : digits(given);
        return COUNT.matcher(digits).matches() ? Long.parseLong(digits) : 0;
    }

    private static String digits(RawJson given) {
        String text = Attributes.text(given);
        return text == null ? given.toString() : text;
    }

    RawJson toJson() {
        return told.toJson();
    }
}
