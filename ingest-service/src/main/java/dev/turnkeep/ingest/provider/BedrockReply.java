package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import dev.turnkeep.contracts.merkle.ContentWriter;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reduces an answer of Converse or ConverseStream to its message. */
final class BedrockReply {
    private static final String PATH = ProviderFormat.RAW_RESPONSE;
    private static final String CONTENT = PATH + ".output.message.content";
    /** Decimal places of a millisecond in nanoseconds. */
    private static final int NANO = 6;

    private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private final ResponseParts parts = new ResponseParts();
    private final TokenCounts usage = new TokenCounts();
    private final TreeMap<Long, BedrockBlock> blocks = new TreeMap<>();
    private String role = "assistant";
    private @Nullable RawJson whole;
    private boolean stopped;
    private boolean failed;

    private BedrockReply() {}

    static ParsedResponse reduce(StreamEvents events) {
        BedrockReply reply = new BedrockReply();
        Pieces pieces = new Pieces(events);
        pieces.each(BedrockReply::event, reply::apply);
        return reply.parsed(pieces);
    }

    private static final class Event {
        private @Nullable String role;
        private @Nullable RawJson content;
        private @Nullable Long index;
        private @Nullable RawJson start;
        private @Nullable RawJson delta;
        private @Nullable String stopReason;
        private final TokenCounts usage = new TokenCounts();
        private @Nullable BigDecimal latencyMillis;
        private @Nullable String error;
    }

    /** One event under its name, or the members of a whole answer: no name stands for two things. */
    private static Event event(Document document) throws IOException {
        Event event = new Event();
        document.object(PATH, name -> {
            switch (name) {
                case "messageStart", "contentBlockStart", "contentBlockDelta", "messageStop", "metadata", "output" ->
                    document.optionalObject(PATH, member -> member(document, event, member));
                default -> member(document, event, name);
            }
        });
        return event;
    }

    private static void member(Document document, Event event, String name) throws IOException {
        switch (name) {
            case "message" ->
                document.object(PATH + ".output.message", member -> {
                    switch (member) {
                        case "role" -> event.role = document.text(PATH);
                        case "content" -> event.content = document.rawOrNull();
                        default -> document.skip();
                    }
                });
            case "role" -> event.role = document.text(PATH + ".role");
            case "contentBlockIndex" -> event.index = document.count(PATH + ".contentBlockIndex");
            case "start" -> event.start = document.rawOrNull();
            case "delta" -> event.delta = document.rawOrNull();
            case "stopReason" -> event.stopReason = document.text(PATH + ".stopReason");
            case "usage" -> event.usage.update(BedrockUsage.read(document));
            case "serviceTier" -> tier(document, event, name, "type");
            case "performanceConfig" -> tier(document, event, name, "latency");
            case "metrics" ->
                document.optionalObject(PATH + ".metrics", member -> {
                    if (member.equals("latencyMs")) {
                        // A whole number by the reference; the user guide prints one with a fraction.
                        event.latencyMillis = document.looseAmount();
                    } else {
                        document.skip();
                    }
                });
            case "error" -> {
                String code = ProviderError.code(document, PATH + ".error");
                event.error = code == null ? ParsedResponse.ERROR : code;
            }
            default -> {
                event.error = name.endsWith("Exception") ? name : event.error;
                document.skip();
            }
        }
    }

    private static void tier(Document document, Event event, String name, String wanted) throws IOException {
        document.optionalObject(PATH + "." + name, member -> {
            if (member.equals(wanted)) {
                event.usage.details.tier(document.looseText());
            } else {
                document.skip();
            }
        });
    }

    private void apply(Event event) {
        role = event.role == null || event.role.isEmpty() ? role : event.role;
        whole = event.content == null ? whole : event.content;
        if (event.index != null) {
            BedrockBlock block = blocks.computeIfAbsent(event.index, _ -> new BedrockBlock());
            if (event.start != null) {
                block.start(event.start);
            }
            if (event.delta != null) {
                block.delta(event.delta);
            }
        }
        if (event.stopReason != null) {
            parts.stopReason = event.stopReason;
            stopped = true;
        }
        usage.update(event.usage);
        if (event.latencyMillis != null) {
            BigDecimal exact = event.latencyMillis.movePointRight(NANO);
            BigDecimal nanos = exact.setScale(0, RoundingMode.HALF_UP);
            if (nanos.compareTo(LONGEST) < 0) {
                parts.durationNanos = nanos.longValueExact();
            }
        }
        if (event.error != null) {
            failed = true;
            parts.error = event.error;
        }
    }

    /** Reads the content just as it is read when a client sends it back: that is what makes both hash the same. */
    private ParsedResponse parsed(Pieces pieces) {
        RawJson content = whole == null ? assembled() : whole;
        List<Block> read = Document.read(content, Problem.UNPROCESSABLE_RESPONSE, CONTENT, document -> {
            List<Block> all = new BedrockContent(document).blocks(CONTENT);
            if (all.isEmpty() && parts.stopReason == null) {
                throw pieces.refusal(CONTENT);
            }
            return all;
        });
        ContentWriter writer = new ContentWriter();
        read.forEach(writer::add);
        if (failed) {
            parts.stopReason = ParsedResponse.ERROR;
        } else if (!stopped || pieces.areDamaged()) {
            parts.stopReason = ParsedResponse.INCOMPLETE;
        }
        return parts.parsed(new Message(role, content, writer.finish()), read, BedrockUsage.total(usage));
    }

    private RawJson assembled() {
        List<RawJson> content = blocks.values().stream()
                .flatMap(block -> block.assembled().stream())
                .toList();
        parts.unreadableToolInput = blocks.values().stream().anyMatch(BedrockBlock::hasUnreadableInput);
        return JsonObject.array(content);
    }
}
