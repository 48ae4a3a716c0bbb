package dev.turnkeep.ingest.otlp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one export, each once. Several instrumentations in one program each tell of the same call: their spans name
 * the same response of the provider, or the outer one's is the parent of the inner one's. The innermost is the call, for it
 * was made by who asked the provider; what it does not say is taken from the others.
 */
final class Calls {
    /** Deeper nests of calls are taken in the order of their times. */
    private static final int DEEPEST = 32;

    private final Map<Name, Group> bySpan = new HashMap<>();
    private final Set<Group> groups = new LinkedHashSet<>();

    private Calls(List<Call> all) {
        List<Call> inward = inward(all);
        Map<Name, Group> byResponse = new HashMap<>();
        for (Call call : inward) {
            Call.Place span = call.span;
            Group group = null;
            if (call.responseId() != null && !span.traceId().isEmpty()) {
                group = byResponse.computeIfAbsent(new Name(span.traceId(), call.responseId()), _ -> new Group(call));
                group.add(call);
            }
            Group of = group == null ? new Group(call) : group;
            groups.add(of);
            bySpan.put(new Name(span.traceId(), span.spanId()), of);
        }
    }

    private record Name(String traceId, String id) {}

    /** Spans that name one response. */
    private static final class Group {
        private final Call.Place outermost;
        private final List<Group> inner = new ArrayList<>();
        private Call call;
        private boolean gone;

        Group(Call outermost) {
            this.outermost = outermost.span;
            this.call = outermost;
        }

        /** What failed does not stand for what did not. */
        void add(Call further) {
            if (further == call) {
                return;
            }
            Call outer = call;
            call = further.failed() && !outer.failed() ? outer : further;
            call.complete(call == outer ? further : outer);
        }
    }

    static List<Call> once(List<Call> all) {
        Calls calls = new Calls(all);
        calls.groups.forEach(calls::underItsParent);
        calls.groups.forEach(Calls::handDown);
        return calls.groups.stream()
                .filter(group -> !group.gone)
                .map(group -> group.call)
                .toList();
    }

    private void underItsParent(Group group) {
        Group parent = parent(group.outermost);
        if (parent != null && parent != group) {
            parent.inner.add(group);
        }
    }

    private @Nullable Group parent(Call.Place span) {
        return span.traceId().isEmpty() || span.parentId().isEmpty()
                ? null
                : bySpan.get(new Name(span.traceId(), span.parentId()));
    }

    /**
     * A call with calls right below it is told of by them, unless what they say speaks against it: a try that failed is none
     * that did not, another response is another call, and so is one that used something else.
     */
    private static void handDown(Group outer) {
        List<Group> inner = outer.inner.stream().filter(group -> !group.gone).toList();
        inner.forEach(group -> group.call.belongTo(outer.call));
        List<Call> same = inner.stream()
                .map(group -> group.call)
                .filter(call -> call.mayBe(outer.call))
                .toList();
        if (same.isEmpty()
                || !outer.call.usage.isOf(same.stream().map(call -> call.usage).toList())) {
            return;
        }
        outer.gone = true;
        if (same.size() == 1) {
            same.getFirst().complete(outer.call);
        } else {
            // What was captured around them ends with what the last one said.
            same.getLast().completeAsLast(outer.call);
        }
    }

    /** Parents before what is below them, else in the order in which they began. */
    private static List<Call> inward(List<Call> all) {
        Map<Name, Call.Place> spans = new HashMap<>();
        all.forEach(call -> spans.put(new Name(call.span.traceId(), call.span.spanId()), call.span));
        record Placed(Call call, int depth) {}
        return all.stream()
                .map(call -> new Placed(call, depth(call.span, spans)))
                .sorted(Comparator.comparingInt(Placed::depth)
                        .thenComparingLong(placed -> placed.call().span.start())
                        .thenComparing(Comparator.<Placed>comparingLong(
                                        placed -> placed.call().span.end())
                                .reversed()))
                .map(Placed::call)
                .toList();
    }

    private static int depth(Call.Place span, Map<Name, Call.Place> spans) {
        Call.Place parent = span;
        for (int depth = 0; depth < DEEPEST; depth++) {
            parent = parent.parentId().isEmpty() ? null : spans.get(new Name(parent.traceId(), parent.parentId()));
            if (parent == null) {
                return depth;
            }
        }
        return DEEPEST;
    }
}
