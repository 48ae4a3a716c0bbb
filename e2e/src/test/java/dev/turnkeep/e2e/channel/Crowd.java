package dev.turnkeep.e2e.channel;

import dev.turnkeep.e2e.system.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Writers and readers at work, each in a thread of its own. Set up by one thread; counters may be read by any. */
final class Crowd implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Writer> writers = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();
    private final List<Future<?>> writing = new ArrayList<>();
    private final List<Future<List<String>>> reading = new ArrayList<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean enough;

    /** Writers on one channel; every other one is an idempotent producer. */
    List<Writer> write(Channel channel, int count) {
        return write(channel, channel, count);
    }

    /** @param elsewhere the same channel, for those who are told that the service is away */
    List<Writer> write(Channel channel, Channel elsewhere, int count) {
        List<Writer> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = "writer-" + writers.size();
            added.add(new Writer(channel, elsewhere, name, i % 2 == 0, () -> enough, acknowledged, underWay));
            writers.add(added.getLast());
            writing.add(threads.submit(added.getLast()));
        }
        return added;
    }

    /** Readers of one channel; every other one polls. Returns when they wait for what comes. */
    List<Future<List<String>>> read(Channel channel, int count) {
        return read(channel, channel, count);
    }

    /** @param elsewhere the same channel, for those who are told that the service is away */
    List<Future<List<String>>> read(Channel channel, Channel elsewhere, int count) {
        List<Future<List<String>>> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Reader reader = new Reader(channel, i % 2 == 0 ? Reader.Mode.SSE : Reader.Mode.LONG_POLL, elsewhere);
            readers.add(reader);
            added.add(threads.submit((Callable<List<String>>) reader));
        }
        reading.addAll(added);
        Await.until("the readers wait", () -> {
            throwFailure(reading);
            return readers.stream().allMatch(Reader::caughtUp);
        });
        return added;
    }

    List<Reader> readers() {
        return readers;
    }

    /** Requests that are being answered right now. */
    int underWay() {
        return underWay.get();
    }

    int acknowledged() {
        return acknowledged.get();
    }

    /** Returns once so many more texts are acknowledged. */
    void awaitMore(int texts) {
        int wanted = acknowledged.get() + texts;
        Await.until(texts + " more texts are acknowledged", PATIENCE, () -> {
            throwFailure(writing);
            return acknowledged.get() >= wanted;
        });
    }

    /** Returns once every writer has the answer that it waits for, and writes no more. */
    void finishWriting() {
        enough = true;
        writing.forEach(Crowd::result);
    }

    /** Returns once every writer has been told that the channel is closed. */
    void awaitRefusal() {
        writing.forEach(Crowd::result);
    }

    /** What came of something that is about to end. */
    static <T> T result(Future<T> future) {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("a writer or reader failed", e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("a writer or reader does not end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void throwFailure(List<? extends Future<?>> futures) {
        futures.stream().filter(future -> future.state() == Future.State.FAILED).forEach(Crowd::result);
    }

    @Override
    public void close() {
        enough = true;
        threads.shutdownNow();
    }
}
