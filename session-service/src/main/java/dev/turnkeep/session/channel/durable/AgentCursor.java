package dev.turnkeep.session.channel.durable;

import dev.turnkeep.session.channel.log.RecordHeader;
import dev.turnkeep.session.channel.log.StreamAddress;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How much of what was sent to an agent it has taken for good. It says so at the end of each turn, on the channel that it
 * answers on: when it starts anew, it goes on after that.
 */
final class AgentCursor {
    private static final Buffer CONTROL = Buffer.buffer("trigger-control");
    private static final Buffer TURN_COMPLETE = Buffer.buffer("turn-complete");
    private static final Buffer TAKEN = Buffer.buffer("session-in-event-id");
    private static final Pattern SEQ = Pattern.compile("[0-9]{1,18}");
    private static final String IN = "in";

    private AgentCursor() {}

    /** The channel on which the agent answers to this one; empty when nothing is sent to agents by this one. */
    static Optional<StreamAddress> answers(StreamAddress in) {
        boolean toAgent = !in.isOpen() && (in.name().equals(IN) || in.name().endsWith("/" + IN));
        String pair = in.name().substring(0, in.name().length() - (toAgent ? IN.length() : 0)) + "out";
        return toAgent ? Optional.of(new StreamAddress(in.scope(), in.owner(), pair)) : Optional.empty();
    }

    /** The seq of the last record that it had taken when it wrote this mark; empty when that does not say. */
    static Optional<Long> of(List<RecordHeader> mark) {
        boolean ends = mark.stream()
                .anyMatch(header ->
                        header.name().equals(CONTROL) && header.value().equals(TURN_COMPLETE));
        return mark.stream()
                .filter(header -> ends && header.name().equals(TAKEN))
                .map(header -> header.value().toString(StandardCharsets.UTF_8))
                .filter(SEQ.asMatchPredicate())
                .map(Long::valueOf)
                .findFirst();
    }
}
