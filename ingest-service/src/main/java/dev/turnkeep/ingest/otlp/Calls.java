package dev.turnkeep.ingest.otlp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calls of one export, each once: where several spans tell of one call, the innermost is the call. */
final class Calls {
    private Calls() {}

    private record Name(String traceId, String id) {}

    static List<Call> innermost(List<Call> all) {
        List<Call> inward = new ArrayList<>(all);
        inward.sort(Comparator.comparingLong(Call::start)
                .thenComparing(Comparator.comparingLong(Call::end).reversed()));
        Map<Name, Integer> bySpan = new HashMap<>();
        Map<Name, Integer> byResponse = new HashMap<>();
        for (int i = 0; i < inward.size(); i++) {
            bySpan.put(new Name(inward.get(i).traceId(), inward.get(i).spanId()), i);
        }
        boolean[] outer = new boolean[inward.size()];
        for (int i = 0; i < inward.size(); i++) {
            Call call = inward.get(i);
            Integer parent = bySpan.get(new Name(call.traceId(), call.parentId()));
            Integer same =
                    call.responseId() == null ? null : byResponse.put(new Name(call.traceId(), call.responseId()), i);
            inward.set(i, inside(inside(call, parent, inward, outer), same, inward, outer));
        }
        List<Call> innermost = new ArrayList<>();
        for (int i = 0; i < outer.length; i++) {
            if (!outer[i]) {
                innermost.add(inward.get(i));
            }
        }
        return innermost;
    }

    private static Call inside(Call call, @Nullable Integer other, List<Call> calls, boolean[] outer) {
        if (other == null || !calls.get(other).isOutside(call)) {
            return call;
        }
        outer[other] = true;
        return call.within(calls.get(other));
    }
}
