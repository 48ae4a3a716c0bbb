package dev.turnkeep.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Readers by server-sent events on one thread, as cheap as can be: each looks for marked numbers in the bytes that arrive,
 * and for the control event that says that it waits. Closed by whoever opened it.
 */
final class ReaderSwarm implements AutoCloseable {
    /** Before and after the number of a record. */
    static final char MARK = '@';

    private static final String WAITS = "upToDate";
    private static final int CONNECTED_AT_ONCE = 100;
    private static final long PAUSE_MILLIS = 5;
    private static final long PATIENCE_SECONDS = 10;

    private final Selector selector = Selector.open();
    private final List<SocketChannel> channels = new ArrayList<>();
    private final ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Semaphore delivered = new Semaphore(0);
    private final AtomicInteger ended = new AtomicInteger();
    private volatile long sentAt;
    private volatile int wanted = -1;

    /** Opens readers at the ends of streams, one after the other, and returns when all of them wait. */
    ReaderSwarm(StreamServer server, int streams, int readers) throws IOException, InterruptedException {
        Thread.ofPlatform().name("readers").daemon().start(this::run);
        for (int i = 0; i < readers; i++) {
            open(server.streams().get(i % streams), server.key());
            if (i % CONNECTED_AT_ONCE == CONNECTED_AT_ONCE - 1) {
                awaitWaiting(i + 1 - CONNECTED_AT_ONCE);
            }
        }
        awaitWaiting(readers);
    }

    private void open(URI stream, String key) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(stream.getHost(), stream.getPort()));
        String request = "GET " + stream.getPath() + "?offset=now&live=sse HTTP/1.1\r\nHost: " + stream.getAuthority()
                + "\r\nAuthorization: Bearer " + key + "\r\n\r\n";
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
        channels.add(channel);
        channel.register(selector, SelectionKey.OP_READ, new Scan());
        selector.wakeup();
    }

    private void awaitWaiting(int readers) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (waiting.get() < readers) {
            if (System.nanoTime() > deadline || ended.get() > 0) {
                throw new IOException(waiting + " of " + readers + " readers wait, and " + ended + " have ended");
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** Readers that have been told that they are at the end, less those that were cut off. */
    int open() {
        return waiting.get() - ended.get();
    }

    /** Just before the record of this number is sent: what arrives of it from now on is measured. */
    void expect(int number) {
        delivered.drainPermits();
        sentAt = System.nanoTime();
        wanted = number;
    }

    /** Returns when so many readers have the record. */
    void awaitDelivered(int readers) throws IOException, InterruptedException {
        if (!delivered.tryAcquire(readers, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException(
                    "only " + delivered.availablePermits() + " of " + readers + " readers have got a record");
        }
    }

    long[] latencies() {
        return latencies.stream().mapToLong(nanos -> nanos).toArray();
    }

    private void run() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 16);
        try {
            while (selector.isOpen()) {
                selector.select(key -> read(key, bytes));
            }
        } catch (IOException e) {
            ended.incrementAndGet();
        } catch (java.nio.channels.ClosedSelectorException closed) {
            // By its owner.
        }
    }

    private void read(SelectionKey key, ByteBuffer bytes) {
        try {
            bytes.clear();
            int count = ((SocketChannel) key.channel()).read(bytes);
            if (count < 0) {
                key.cancel();
                ended.incrementAndGet();
                return;
            }
            long now = System.nanoTime();
            Scan scan = (Scan) key.attachment();
            for (int i = 0; i < count; i++) {
                scan.take((char) bytes.get(i), now);
            }
        } catch (IOException e) {
            key.cancel();
            ended.incrementAndGet();
        }
    }

    /** One reader's place in what it looks for. Confined to the swarm's thread. */
    private final class Scan {
        private int matched;
        private boolean waits;
        private boolean marked;
        private int number;

        void take(char next, long now) {
            if (!waits) {
                matched = next == WAITS.charAt(matched) ? matched + 1 : next == WAITS.charAt(0) ? 1 : 0;
                if (matched == WAITS.length()) {
                    waits = true;
                    waiting.incrementAndGet();
                }
            } else if (next == MARK) {
                if (marked && number == wanted) {
                    latencies.add(now - sentAt);
                    delivered.release();
                }
                marked = !marked;
                number = 0;
            } else if (marked) {
                number = number * 10 + next - '0';
            }
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }
}
