package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.session.channel.log.Append;
import dev.turnkeep.session.channel.log.Command;
import dev.turnkeep.session.channel.log.Kind;
import dev.turnkeep.session.channel.log.NewRecord;
import dev.turnkeep.session.channel.log.RecordHeader;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a batch's records are to the log: commands, marks of a conversation, envelopes, or anything else. */
final class Records {
    private static final Buffer CONTROL = Buffer.buffer("trigger-control");
    private static final int BATCH_SIZE = 1024 * 1024;

    private Records() {}

    /**
     * @param border what is stored of a body
     * @throws Refused (413) for a record or a batch beyond its limit
     * @throws Invalid (422) for one that no stream takes
     */
    static List<NewRecord> of(AppendInput input, UnaryOperator<Buffer> border) {
        int count = input.records().size();
        if (count < 1 || count > Append.RECORDS) {
            throw Invalid.field("records", "1.." + Append.RECORDS + " of them");
        }
        if (input.fence() != null) {
            Command.checkToken("fencing_token", input.fence());
        }
        List<NewRecord> records = new ArrayList<>(count);
        long size = 0;
        for (AppendInput.Item item : input.records()) {
            long metered = NewRecord.metered(item.headers(), item.body());
            if (metered > Append.RECORD_SIZE) {
                throw new Refused(Refusal.tooLarge("a record", metered, Append.RECORD_SIZE));
            }
            size += metered;
            records.add(of(new AppendInput.Item(item.time(), item.headers(), border.apply(item.body()))));
        }
        if (size > BATCH_SIZE) {
            throw new Refused(Refusal.tooLarge("a batch", size, BATCH_SIZE));
        }
        return records;
    }

    private static NewRecord of(AppendInput.Item item) {
        List<RecordHeader> headers = item.headers();
        if (Command.of(headers, item.body()).isPresent()) {
            return record(item, Kind.COMMAND, null);
        }
        if (headers.stream().anyMatch(header -> header.name().equals(CONTROL))) {
            return record(item, Kind.CONTROL, null);
        }
        Envelope envelope = Envelope.of(item.body());
        if (envelope.isWhole() && headers.isEmpty()) {
            String name = envelope.part() == null ? null : NewRecord.part(envelope.part(), item.body());
            return record(item, Kind.ENVELOPE, name);
        }
        return record(item, envelope.isJson() ? Kind.RAW : Kind.TEXT, null);
    }

    private static NewRecord record(AppendInput.Item item, Kind kind, @Nullable String part) {
        Long time = item.time();
        // A time beyond all others is in the future like any other.
        Instant at = time == null ? null : Instant.ofEpochMilli(time < 0 ? Long.MAX_VALUE : time);
        return new NewRecord(kind, item.body(), item.headers(), part, at);
    }
}
