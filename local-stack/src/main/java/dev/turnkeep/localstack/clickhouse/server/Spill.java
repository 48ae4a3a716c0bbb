package dev.turnkeep.localstack.clickhouse.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Holds a result back: in memory while it is small, beyond that in a file that goes with it. */
final class Spill extends OutputStream {

    private static final int IN_MEMORY = 1024 * 1024;

    private final Path folder;
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable Path file;
    private @Nullable OutputStream toFile;

    Spill(Path folder) {
        this.folder = folder;
    }

    int inMemory() {
        return memory.size();
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int count) throws IOException {
        if (toFile == null && memory.size() + count > IN_MEMORY) {
            file = Files.createTempFile(folder, "result-", ".part");
            toFile = Files.newOutputStream(file);
        }
        if (toFile == null) memory.write(source, offset, count);
        else toFile.write(source, offset, count);
    }

    /** Hands all of it over, and begins anew. */
    void moveTo(OutputStream target) throws IOException {
        memory.writeTo(target);
        memory.reset();
        Path spilled = file;
        if (toFile != null) toFile.close();
        if (spilled != null) Files.copy(spilled, target);
        close();
    }

    @Override
    public void close() throws IOException {
        if (toFile != null) toFile.close();
        if (file != null) Files.deleteIfExists(file);
        toFile = null;
        file = null;
    }
}
