package dev.turnkeep.ingest.otlp;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One request of an exporter: the turns among its spans, and what became of the others. */
final class Export {
    /** As many different reasons as an answer names. */
    private static final int REASONS = 5;

    private static final String REPEATED = "tells of a call that another span tells of";

    private final Reservation reservation;
    private final int most;
    private final List<Call> calls = new ArrayList<>();
    private final Map<String, Long> reasons = new LinkedHashMap<>();
    private long accepted;
    private int repeated;
    private long unnamed;

    /**
     * @param reservation grows by what is kept
     * @param most how many turns there may be
     */
    Export(Reservation reservation, int most) {
        this.reservation = reservation;
        this.most = most;
    }

    void add(ReportedSpan span) {
        switch (SpanTurn.of(span)) {
            case SpanTurn.Mapped.Turn(Call call) -> {
                if (calls.size() == most) {
                    throw new Invalid(Problem.TOO_LARGE, null, "more than " + most + " calls of models");
                }
                reservation.grow(call.length());
                calls.add(call);
            }
            case SpanTurn.Mapped.Not(String reason) -> rejected(reason);
        }
    }

    /** The envelopes of the calls. Once, when all spans are added. */
    List<RawJson> turns() {
        List<Call> once = Calls.once(calls);
        repeated = calls.size() - once.size();
        for (int i = 0; i < repeated; i++) {
            rejected(REPEATED);
        }
        unnamed = once.stream().filter(call -> call.responseId() == null).count();
        List<RawJson> turns = once.stream().map(Call::turn).toList();
        reservation.grow(turns.stream().mapToLong(RawJson::length).sum());
        return turns;
    }

    /** How many spans told of calls that others told of as well. */
    long repeated() {
        return repeated;
    }

    /** How many calls name no response, so that a span of them in another export could not be told for one. */
    long unnamed() {
        return unnamed;
    }

    void accepted() {
        accepted++;
    }

    void rejected(String reason) {
        reasons.merge(reasons.size() < REASONS || reasons.containsKey(reason) ? reason : "other", 1L, Long::sum);
    }

    long rejections() {
        return reasons.values().stream().mapToLong(Long::longValue).sum();
    }

    byte[] answer(OtlpFormat format) {
        if (reasons.isEmpty()) {
            return format.success();
        }
        StringBuilder message = new StringBuilder("accepted: ").append(accepted);
        reasons.forEach((reason, count) -> message.append("; ")
                .append(count)
                .append(count == 1 ? " span " : " spans: ")
                .append(reason));
        return format.partialSuccess(rejections(), message.toString());
    }
}
