package dev.turnkeep.e2e.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What each fault did, as a table. */
final class FaultMatrix {
    private static final String LINE = "%-28s %9s %8s %11s %8s %6s %11s %9s%n";

    private final List<Row> rows = new ArrayList<>();

    /**
     * One fault.
     *
     * @param perSecond turns accepted per second up to the strike
     * @param unanswered turns that were being posted at the strike
     * @param waiting turns that were accepted and not yet stored at the strike
     * @param recoverySeconds from the strike until a turn posted after it was stored, and with it all before it
     */
    record Row(
            String fault,
            int accepted,
            double perSecond,
            int unanswered,
            long waiting,
            int lost,
            int duplicated,
            double recoverySeconds) {}

    void add(Row row) {
        rows.add(row);
    }

    String table() {
        StringBuilder table = new StringBuilder();
        table.append(LINE.formatted(
                "fault", "accepted", "turns/s", "unanswered", "waiting", "lost", "duplicated", "recovery"));
        for (Row row : rows) {
            table.append(LINE.formatted(
                    row.fault(),
                    row.accepted(),
                    String.format(Locale.ROOT, "%.0f", row.perSecond()),
                    row.unanswered(),
                    row.waiting(),
                    row.lost(),
                    row.duplicated(),
                    String.format(Locale.ROOT, "%.1f s", row.recoverySeconds())));
        }
        return table.toString();
    }

    void save(Path file) throws IOException {
        Files.writeString(file, table());
    }
}
