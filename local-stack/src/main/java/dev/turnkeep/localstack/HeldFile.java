package dev.turnkeep.localstack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/** A lock file: held by one process at a time, and released by the kernel when that process is gone, however it went. */
public final class HeldFile implements AutoCloseable {

    private static final long PAUSE_MILLIS = 20;

    /** The patience was over. */
    public static final class HeldElsewhere extends IOException {
        private HeldElsewhere(Path file, Duration patience) {
            super("another process has held " + file + " for " + patience.toSeconds() + " s");
        }
    }

    private final FileChannel channel;

    private HeldFile(FileChannel channel) {
        this.channel = channel;
    }

    /** Empty when another process, or another part of this one, holds it. */
    public static Optional<HeldFile> tryHold(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) return Optional.of(new HeldFile(channel));
        } catch (OverlappingFileLockException here) {
            // Not for us either: fall through.
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    /** @throws HeldElsewhere when it stays held by others for longer than {@code patience} */
    public static HeldFile hold(Path file, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<HeldFile> held = tryHold(file);
            if (held.isPresent()) return held.get();
            if (System.nanoTime() > deadline) throw new HeldElsewhere(file, patience);
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EngineException("interrupted while waiting for " + file, e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
