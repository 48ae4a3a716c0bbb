package dev.turnkeep.reaper.job;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What a run of a job did, as numbers by name. Safe for any number of threads. */
public final class Counts {
    private final Map<String, LongAdder> numbers = new ConcurrentSkipListMap<>();

    /** Counts that are told even when they are 0. */
    public static Counts zero(String... names) {
        Counts counts = new Counts();
        for (String name : names) {
            counts.add(name, 0);
        }
        return counts;
    }

    public void add(String name, long number) {
        numbers.computeIfAbsent(name, n -> new LongAdder()).add(number);
    }

    /** 0 for a name that was never counted. */
    public long of(String name) {
        LongAdder number = numbers.get(name);
        return number == null ? 0 : number.sum();
    }

    public JsonObject json() {
        JsonObject json = new JsonObject();
        numbers.forEach((name, number) -> json.put(name, number.sum()));
        return json;
    }

    @Override
    public String toString() {
        return numbers.toString();
    }
}
