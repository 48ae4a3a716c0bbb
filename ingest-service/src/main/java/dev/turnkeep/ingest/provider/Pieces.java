package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.json.Utf8;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pieces of a response that can be read, each as a whole: one that cannot is passed over. A response in one document
 * is a stream of one piece.
 */
final class Pieces {
    private static final String PATH = ProviderFormat.RAW_RESPONSE;
    /** What some providers send for the end of a stream, which is no JSON. */
    private static final RawJson DONE = RawJson.of("[DONE]");

    private final StreamEvents events;
    private @Nullable Invalid failure;

    Pieces(StreamEvents events) {
        this.events = events;
    }

    /** Reads each piece as a whole, and then has it applied. */
    <T> void each(Document.Reading<T> reading, Consumer<T> applied) {
        while (next(data -> applied.accept(read(data, reading)))) {
            // All is done in the condition.
        }
    }

    /** The first piece that can be read; null when there is none. */
    <T> @Nullable T first(Document.Reading<T> reading) {
        List<T> found = new ArrayList<>(1);
        while (found.isEmpty() && next(data -> found.add(read(data, reading)))) {
            // All is done in the condition.
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    private boolean next(Consumer<RawJson> taken) {
        RawJson data = events.next();
        if (data == null) {
            return false;
        }
        try {
            if (!data.equals(DONE)) {
                taken.accept(data);
            }
        } catch (Invalid e) {
            failure = failure == null ? e : failure;
        }
        return true;
    }

    private static <T> T read(RawJson data, Document.Reading<T> reading) {
        if (Utf8.firstInvalid(data.array(), data.offset(), data.length()) >= 0) {
            throw new Invalid(Problem.UNPROCESSABLE_RESPONSE, PATH, PATH + ": is not valid UTF-8");
        }
        return Document.read(data, Problem.UNPROCESSABLE_RESPONSE, PATH, reading);
    }

    /** Some piece was lost. Known at the end. */
    boolean areDamaged() {
        return failure != null || events.isDamaged();
    }

    /** The refusal of a response that holds nothing: what was wrong with its first unreadable piece, if there is one. */
    Invalid refusal(String path) {
        if (failure != null) {
            return failure;
        }
        return events.isDamaged()
                ? new Invalid(Problem.UNPROCESSABLE_RESPONSE, PATH, PATH + ": cannot be read")
                : new Invalid(Problem.UNPROCESSABLE_RESPONSE, path, path + ": is missing");
    }
}
