package dev.turnkeep.localstack.clickhouse.engine;

/** What a statement has done so far: rows and uncompressed bytes read from storage and written to it. */
public record Progress(long readRows, long readBytes, long writtenRows, long writtenBytes) {

    public static final Progress NONE = new Progress(0, 0, 0, 0);

    public Progress plus(Progress more) {
        return new Progress(
                readRows + more.readRows,
                readBytes + more.readBytes,
                writtenRows + more.writtenRows,
                writtenBytes + more.writtenBytes);
    }
}
