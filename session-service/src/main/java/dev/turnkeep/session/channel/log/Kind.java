package dev.turnkeep.session.channel.log;

/** What a record is to the protocols that read it. The numbers are stored. */
public enum Kind {
    /** Bytes as a writer gave them; in a channel of JSON, a JSON value. */
    RAW(0),
    /** A session's data with its part id, as JSON. */
    ENVELOPE(1),
    /** A mark in the conversation, such as the end of a turn; its meaning is in its headers. */
    CONTROL(2),
    /** An order to the log itself, such as a trim; see {@link Command}. */
    COMMAND(3),
    /** Bytes that need not be what the channel's content type says: S2 knows of none. */
    TEXT(4);

    private final int code;

    Kind(int code) {
        this.code = code;
    }

    public short code() {
        return (short) code;
    }

    /** Whether readers of plain data see it; they skip its place otherwise. */
    public boolean isData() {
        return this == RAW || this == ENVELOPE || this == TEXT;
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
