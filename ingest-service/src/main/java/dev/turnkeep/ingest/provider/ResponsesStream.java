package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import dev.turnkeep.contracts.merkle.ContentWriter;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reduces an answer of the Responses API, in one document or in events, to its items. The last event holds the whole
 * response; when it never came, or came without its items, those that were done count, then what came of the others.
 */
final class ResponsesStream {
    private static final String PATH = ProviderFormat.RAW_RESPONSE;
    private static final String OUTPUT = PATH + ".output";

    private final TreeMap<Long, StreamedItem> items = new TreeMap<>();
    private ResponsesResult result = new ResponsesResult();
    private boolean failed;

    private ResponsesStream() {}

    static ParsedResponse reduce(StreamEvents events) {
        ResponsesStream stream = new ResponsesStream();
        Pieces pieces = new Pieces(events);
        pieces.each(ResponsesStream::event, stream::apply);
        return stream.parsed(pieces);
    }

    private static final class Event {
        private String type = "";
        /** What stands in the event's own members: the response where it came in one document. */
        private final ResponsesResult own = new ResponsesResult();

        private @Nullable ResponsesResult response;
        private @Nullable RawJson item;
        private @Nullable Long outputIndex;
        private @Nullable String delta;
        private @Nullable String code;
    }

    private static Event event(Document document) throws IOException {
        Event event = new Event();
        document.object(PATH, name -> {
            switch (name) {
                case "type" -> event.type = String.valueOf(document.looseText());
                case "response" -> {
                    ResponsesResult response = new ResponsesResult();
                    document.object(PATH, member -> response.member(document, member));
                    event.response = response;
                }
                case "item" -> event.item = document.rawOrNull();
                case "output_index" -> event.outputIndex = document.count(PATH);
                case "delta" -> event.delta = document.looseText();
                case "code" -> event.code = document.looseText();
                default -> event.own.member(document, name);
            }
        });
        return event;
    }

    private void apply(Event event) {
        ResponsesResult stated = event.response != null ? event.response : event.own;
        if (event.response != null || event.own.output != null || event.own.isFinal()) {
            result = stated;
        }
        if (event.type.equals("error")) {
            failed = true;
            result.error = event.code != null ? event.code : event.own.error;
        }
        if (event.outputIndex == null) {
            return;
        }
        StreamedItem item = items.computeIfAbsent(event.outputIndex, _ -> new StreamedItem());
        switch (event.type) {
            case "response.output_item.added" -> item.started(event.item);
            case "response.output_item.done" -> item.done(event.item);
            default -> item.delta(event.type, event.delta);
        }
    }

    private ParsedResponse parsed(Pieces pieces) {
        RawJson output = result.output;
        if (output == null) {
            List<RawJson> assembled = items.values().stream()
                    .flatMap(item -> item.assembled().stream())
                    .toList();
            if (assembled.isEmpty() && !result.isFinal()) {
                throw pieces.refusal(OUTPUT);
            }
            output = JsonObject.array(assembled);
        }
        List<Block> blocks =
                Document.read(output, Problem.UNPROCESSABLE_RESPONSE, OUTPUT, document -> new ResponsesItems(document)
                        .blocksOfAll(OUTPUT));
        ContentWriter writer = new ContentWriter();
        blocks.forEach(writer::add);
        ResponseParts parts = new ResponseParts();
        parts.model = result.model;
        parts.createdAt = result.createdAt;
        parts.error = result.error;
        parts.stopReason = endedWith(pieces);
        Message message = new Message("assistant", output, writer.finish());
        parts.costNanoUsd = result.usage.details.costNanoUsd();
        ProviderTools.count(output, result.usage.details);
        return parts.parsed(message, blocks, ChatUsage.total(result.usage, result.isFinal()));
    }

    private @Nullable String endedWith(Pieces pieces) {
        if (failed) {
            return ParsedResponse.ERROR;
        }
        return result.isFinal() && !pieces.areDamaged() ? result.stopReason() : ParsedResponse.INCOMPLETE;
    }
}
