package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.json.Utf8;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reduces a stream of the Messages API to its message. Keeps what came when the stream broke off: an event that cannot
 * be read is passed over, and the message counts as incomplete.
 */
final class AnthropicStream {
    private static final String PATH = ProviderFormat.RAW_RESPONSE;

    private final AnthropicMessage message = new AnthropicMessage();
    private final TreeMap<Long, StreamedBlock> blocks = new TreeMap<>();
    private boolean begun;
    private boolean stopped;
    private boolean failed;
    private boolean damaged;

    private AnthropicStream() {}

    static ParsedResponse reduce(RawJson stream) {
        AnthropicStream reduction = new AnthropicStream();
        ServerSentEvents events = new ServerSentEvents(stream);
        for (RawJson data = events.next(); data != null; data = events.next()) {
            reduction.take(data);
        }
        return reduction.parsed();
    }

    /** An event's members: applied only when the whole event was read, so that a cut-off one leaves no half behind. */
    private static final class Event {
        private @Nullable String type;
        private @Nullable Long index;
        private @Nullable RawJson block;
        private final AnthropicMessage head = new AnthropicMessage();
        private @Nullable String deltaType;
        private @Nullable String piece;
        private @Nullable RawJson citation;
    }

    private void take(RawJson data) {
        if (Utf8.firstInvalid(data.array(), data.offset(), data.length()) >= 0) {
            damaged = true;
            return;
        }
        try {
            apply(Document.read(data, Problem.UNPROCESSABLE_RESPONSE, PATH, AnthropicStream::event));
        } catch (Invalid e) {
            damaged = true;
        }
    }

    private static Event event(Document document) throws IOException {
        Event event = new Event();
        document.object(PATH, name -> {
            switch (name) {
                case "type" -> event.type = document.text(PATH);
                case "index" -> event.index = document.count(PATH);
                case "content_block" -> event.block = block(document);
                case "message" -> document.object(PATH, member -> event.head.head(document, PATH, member));
                case "delta" -> document.object(PATH, member -> delta(document, member, event));
                case "usage" -> event.head.usage.update(document);
                case "error" -> document.object(PATH, member -> error(document, member, event));
                default -> document.skip();
            }
        });
        return event;
    }

    private static RawJson block(Document document) throws IOException {
        if (!document.isObject()) {
            throw document.wrong(PATH, "has a content block that is no object");
        }
        return document.raw();
    }

    private static void delta(Document document, String name, Event event) throws IOException {
        switch (name) {
            case "type" -> event.deltaType = document.text(PATH);
            case "text", "thinking", "signature", "partial_json" -> event.piece = document.text(PATH);
            case "citation" -> event.citation = document.raw();
            case "stop_reason" -> event.head.stopReason = document.text(PATH);
            default -> document.skip();
        }
    }

    private static void error(Document document, String name, Event event) throws IOException {
        if (name.equals("type") && document.isText()) {
            event.head.error = document.text(PATH);
        } else {
            document.skip();
        }
    }

    private void apply(Event event) {
        switch (String.valueOf(event.type)) {
            case "message_start" -> {
                begun = true;
                message.role = event.head.role;
                message.model = event.head.model;
                message.usage.update(event.head.usage);
            }
            case "content_block_start" -> {
                if (event.index == null || event.block == null) {
                    damaged = true;
                } else {
                    blocks.put(event.index, new StreamedBlock(event.block));
                }
            }
            case "content_block_delta" -> extend(event);
            case "message_delta" -> {
                message.usage.update(event.head.usage);
                message.usageIsFinal |= event.head.usage.statesOutput();
                if (event.head.stopReason != null) {
                    message.stopReason = event.head.stopReason;
                }
            }
            case "message_stop" -> stopped = true;
            case "error" -> {
                failed = true;
                message.error = event.head.error;
            }
            default -> {
                // ping, content_block_stop, and what the protocol may add: nothing that changes the message.
            }
        }
    }

    private void extend(Event event) {
        StreamedBlock block = event.index == null ? null : blocks.get(event.index);
        if (block == null) {
            damaged = true;
            return;
        }
        String piece = event.piece == null ? "" : event.piece;
        switch (String.valueOf(event.deltaType)) {
            case "text_delta" -> block.text(piece);
            case "thinking_delta" -> block.thinking(piece);
            case "signature_delta" -> block.signature(piece);
            case "input_json_delta" -> block.input(piece);
            case "citations_delta" -> {
                if (event.citation != null) {
                    block.citation(event.citation);
                }
            }
            default -> {
                // A kind of delta that is not known: the block stays as far as it is understood.
            }
        }
    }

    private ParsedResponse parsed() {
        ByteBuilder content = new ByteBuilder(1024);
        for (StreamedBlock block : blocks.values()) {
            RawJson assembled = block.assembled();
            if (assembled.length() > 0) {
                content.append(content.length() == 0 ? '[' : ',').append(assembled);
                message.unreadableToolInput |= block.hasUnreadableInput();
            }
        }
        message.content = content.length() == 0 ? null : content.append(']').toJson();
        // What never began was no answer: an error in its place is told by the provider's status.
        if (message.content == null && !begun) {
            throw new Invalid(Problem.UNPROCESSABLE_RESPONSE, PATH + ".content", PATH + ".content: is missing");
        }
        return message.parsed(endedWith());
    }

    private @Nullable String endedWith() {
        if (failed) {
            return ParsedResponse.ERROR;
        }
        return stopped && !damaged ? message.stopReason : ParsedResponse.INCOMPLETE;
    }
}
