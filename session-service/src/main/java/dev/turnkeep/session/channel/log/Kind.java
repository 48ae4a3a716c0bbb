package dev.turnkeep.session.channel.log;

/** What a record is to the protocols that read it. The numbers are stored. */
public enum Kind {
    /** Bytes as a writer gave them. */
    RAW(0),
    /** A session's data with its part id, as JSON. */
    ENVELOPE(1),
    /** A mark in the conversation, such as the end of a turn; its meaning is in its headers. */
    CONTROL(2),
    /** An order to the log itself, such as a trim. */
    COMMAND(3);

    private final int code;

    Kind(int code) {
        this.code = code;
    }

    public short code() {
        return (short) code;
    }

    /** Whether readers of plain data see it; they skip its place otherwise. */
    public boolean isData() {
        return this == RAW || this == ENVELOPE;
    }

    public static Kind of(int code) {
        for (Kind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no kind of record has this code");
    }
}
