package dev.turnkeep.ingest.otlp;

import java.util.ArrayList;
import java.util.List;

/** A span as it is read: only what may say something of a call to a model. */
final class ReportedSpan {
    private static final int FAILED = 2;
    /** More than a conversation has messages, and far less than a body has room for. */
    private static final int MOST_EVENTS = 10_000;

    /** An event of a span. */
    record Event(String name, Attributes attributes) {}

    final Attributes resource;
    final Attributes attributes = new Attributes();
    final List<Event> events = new ArrayList<>();
    /** In hexadecimal. */
    String traceId = "";

    String spanId = "";
    /** Empty when it has none. */
    String parentId = "";
    /** Nanoseconds since 1970; 0 when not told. */
    long start;

    long end;
    int status;

    ReportedSpan(Attributes resource) {
        this.resource = resource;
    }

    void add(Event event) {
        if (event.name.startsWith("gen_ai.") && events.size() < MOST_EVENTS) {
            events.add(event);
        }
    }

    boolean failed() {
        return status == FAILED;
    }
}
