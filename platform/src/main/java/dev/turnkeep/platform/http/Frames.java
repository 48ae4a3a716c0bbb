package dev.turnkeep.platform.http;

import org.jspecify.annotations.Nullable;

/** A failure as it may be logged: its classes and stack frames, without messages, which can quote content. */
final class Frames extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int CAUSES = 8;

    private Frames(Throwable thrown, @Nullable Frames cause) {
        super(thrown.getClass().getName(), cause, false, true);
        setStackTrace(thrown.getStackTrace());
    }

    static Frames of(Throwable thrown) {
        return of(thrown, CAUSES);
    }

    private static Frames of(Throwable thrown, int causes) {
        Throwable cause = thrown.getCause();
        return new Frames(thrown, cause == null || causes == 0 ? null : of(cause, causes - 1));
    }
}
