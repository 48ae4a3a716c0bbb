package dev.turnkeep.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** CPU time of processes with their children, from {@code /proc}. */
final class Cpu {
    // USER_HZ: what the kernel shows to user space is in hundredths of a second on every Linux that we run on.
    private static final double TICKS_PER_SECOND = 100;

    private final Map<String, Long> pids;

    /** @param pids by the name to report them under */
    Cpu(Map<String, Long> pids) {
        this.pids = new LinkedHashMap<>(pids);
    }

    /** Seconds since the start of each process. */
    Map<String, Double> seconds() {
        Map<String, Double> seconds = new LinkedHashMap<>();
        pids.forEach((name, pid) -> seconds.put(name, seconds(pid)));
        return seconds;
    }

    static Map<String, Double> between(Map<String, Double> before, Map<String, Double> after) {
        Map<String, Double> spent = new LinkedHashMap<>();
        after.forEach((name, seconds) -> spent.put(name, seconds - before.getOrDefault(name, 0.0)));
        return spent;
    }

    private static double seconds(long pid) {
        // This process is the parent of all others: theirs is not its own.
        if (pid == ProcessHandle.current().pid()) {
            return ticks(pid, false) / TICKS_PER_SECOND;
        }
        long ticks = ProcessHandle.of(pid).stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .mapToLong(process -> ticks(process.pid(), true))
                .sum();
        return ticks / TICKS_PER_SECOND;
    }

    /** User and system time; with that of its children which have ended, such as the backends of connections. */
    private static long ticks(long pid, boolean children) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // After the name, which may hold spaces: the state is field 3 of the manual, utime 14, cstime 17.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = 0;
            for (int field = 14; field <= (children ? 17 : 15); field++) {
                ticks += Long.parseLong(fields[field - 3]);
            }
            return ticks;
        } catch (IOException ended) {
            return 0;
        }
    }
}
