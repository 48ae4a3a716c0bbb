package dev.turnkeep.e2e.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.system.Answer;
import dev.turnkeep.e2e.system.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Appends one text after the other and, when the service is away, the same one again, on another node if it says so. An idempotent producer repeats its
 * request as it was; anybody else says that it is another attempt, for the first may have been stored. For one thread.
 */
final class Writer implements Runnable {
    private final Channel elsewhere;
    private final String name;
    private final boolean idempotent;
    private final BooleanSupplier enough;
    private final AtomicInteger total;
    private final AtomicInteger underWay;
    private final List<String> acknowledged = new ArrayList<>();
    private final AtomicInteger interruptions = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private Channel channel;
    private boolean refused;

    /**
     * A writer.
     *
     * @param elsewhere the same channel, where it goes once the service says that it is away
     * @param enough whether to write no more after the present text
     * @param total counts what is acknowledged to all writers
     * @param underWay counts the requests of all writers that are not answered yet
     */
    Writer(
            Channel channel,
            Channel elsewhere,
            String name,
            boolean idempotent,
            BooleanSupplier enough,
            AtomicInteger total,
            AtomicInteger underWay) {
        this.channel = channel;
        this.elsewhere = elsewhere;
        this.name = name;
        this.idempotent = idempotent;
        this.enough = enough;
        this.total = total;
        this.underWay = underWay;
    }

    /** Until there is enough, or the channel is closed. */
    @Override
    public void run() {
        for (int number = 0; !refused && !enough.getAsBoolean(); number++) {
            write(number);
        }
    }

    private void write(int number) {
        Map<String, String> headers = idempotent
                ? Map.of("Producer-Id", name, "Producer-Epoch", "0", "Producer-Seq", Integer.toString(number))
                : Map.of();
        for (int attempt = 0; ; attempt++) {
            String text = name + "/" + number + "/" + (idempotent ? 0 : attempt);
            underWay.incrementAndGet();
            try {
                Answer answer = channel.append(text, headers);
                if (answer.status() == 409 && answer.header(Channel.CLOSED).isPresent()) {
                    refused = true;
                    return;
                }
                if (answer.status() != 503) {
                    accept(answer, text, attempt);
                    return;
                }
                assertThat(answer.header("Retry-After")).as("of a 503").isPresent();
                refusals.incrementAndGet();
                channel = elsewhere;
            } catch (IOException cutOff) {
                // The service is struck: whether the text is stored, nobody knows.
                interruptions.incrementAndGet();
            } finally {
                underWay.decrementAndGet();
            }
            Await.pause(ThreadLocalRandom.current().nextLong(20, 80));
        }
    }

    /** 200 says that a producer's request is new; 204 that it was stored before, or that it has no producer. */
    private void accept(Answer answer, String text, int attempt) {
        if (answer.status() != 204 && !(idempotent && answer.status() == 200)) {
            throw new AssertionError(text + " was answered " + answer.status() + ": " + answer.body());
        }
        if (idempotent && answer.status() == 204 && attempt == 0) {
            throw new AssertionError(text + " was taken for a repetition");
        }
        acknowledged.add(text);
        total.incrementAndGet();
    }

    /** How often it was left without an answer. */
    int interruptions() {
        return interruptions.get();
    }

    /** How often it was told to come back later. */
    int refusals() {
        return refusals.get();
    }

    boolean idempotent() {
        return idempotent;
    }

    String name() {
        return name;
    }

    /** In their order; complete once the writer has ended. */
    List<String> acknowledged() {
        return acknowledged;
    }
}
