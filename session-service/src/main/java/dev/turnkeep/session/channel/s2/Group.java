package dev.turnkeep.session.channel.s2;

import dev.turnkeep.session.channel.log.Append;
import dev.turnkeep.session.channel.log.AppendOutcome.Appended;
import dev.turnkeep.session.channel.log.NewRecord;
import dev.turnkeep.session.channel.log.StreamAddress;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A session's batches that were waiting, as one append: whatever becomes of it, they are stored in their order, and none
 * after one that is not.
 *
 * @param ends where each batch ends among the records
 * @param refusal of the batch after them, which cannot be written; null when none was refused
 */
record Group(
        List<NewRecord> records,
        List<Integer> ends,
        @Nullable Long matchSeq,
        @Nullable String fence,
        @Nullable Refusal refusal) {
    private static final int SIZE = 1024 * 1024;

    Group {
        records = List.copyOf(records);
        ends = List.copyOf(ends);
    }

    /** Takes the first of those that wait, and all that may be decided with it. */
    static List<AppendInput> next(Deque<AppendInput> waiting) {
        List<AppendInput> taken = new ArrayList<>();
        long records = 0;
        long size = 0;
        AppendInput last = null;
        for (AppendInput next = waiting.peek(); next != null; next = waiting.peek()) {
            records += next.records().size();
            size += size(next);
            if (last != null && (records > Append.RECORDS || size > SIZE || !together(last, next))) {
                break;
            }
            taken.add(waiting.remove());
            last = next;
        }
        return taken;
    }

    /** In metered bytes, about. */
    static long size(AppendInput input) {
        return input.records().stream()
                .mapToLong(item -> NewRecord.metered(item.headers(), item.body()))
                .sum();
    }

    /** A condition is on what the batch before has left, and a command changes what conditions are on. */
    private static boolean together(AppendInput last, AppendInput next) {
        return next.matchSeq() == null && Objects.equals(last.fence(), next.fence()) && !hasCommand(last);
    }

    private static boolean hasCommand(AppendInput input) {
        return input.records().stream()
                .flatMap(item -> item.headers().stream())
                .anyMatch(header -> header.name().length() == 0);
    }

    /**
     * Up to the first that cannot be written.
     *
     * @param border what is stored of a body
     */
    static Group of(List<AppendInput> inputs, UnaryOperator<Buffer> border) {
        List<NewRecord> records = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        Refusal refusal = null;
        for (AppendInput input : inputs) {
            try {
                records.addAll(Records.of(input, border));
                ends.add(records.size());
            } catch (RuntimeException e) {
                refusal = Refusal.of(e);
                break;
            }
        }
        AppendInput first = inputs.getFirst();
        return new Group(records, ends, first.matchSeq(), first.fence(), refusal);
    }

    /** Empty when there is nothing to write. */
    Optional<Append> append(StreamAddress to) {
        return records.isEmpty()
                ? Optional.empty()
                : Optional.of(new Append(to, null, records, false, null, null, matchSeq, null, fence, false));
    }

    /** One frame for each batch. */
    Buffer acks(Appended appended) {
        Buffer acks = Buffer.buffer();
        int from = 0;
        for (int end : ends) {
            acks.appendBuffer(Frames.of(Proto.ack(Ack.of(appended, from, end))));
            from = end;
        }
        return acks;
    }
}
