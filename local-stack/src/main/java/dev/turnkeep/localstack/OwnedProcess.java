package dev.turnkeep.localstack;

import dev.turnkeep.localstack.Commands.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process that cannot outlive this JVM, however this JVM ends.
 *
 * <p>The leash: the process is started through a shell that leaves a watcher behind and then becomes the program itself
 * (same pid). The watcher reads a pipe whose only writing end is in this JVM; when the kernel closes it, because the JVM
 * exited or was killed with SIGKILL, the watcher kills the program and its children. PR_SET_PDEATHSIG would not do: it
 * fires when the <em>thread</em> that forked ends, and is cleared when credentials change, as under {@code unshare}.
 */
public final class OwnedProcess {

    // The watcher is a child of the program. While its parent is still the program, that pid cannot have been reused;
    // once the program has ended the watcher has another parent, and leaves everything alone.
    private static final String WATCHER = """
            program=$1
            while read -r ignored; do :; done
            if [ -r /proc/self/status ]; then
                while read -r key value; do [ "$key" = PPid: ] && parent=$value; done < /proc/$$/status
            else
                parent=$(ps -o ppid= -p $$ | tr -d ' ')
            fi
            [ "$parent" = "$program" ] || exit 0
            children=$(pgrep -P "$program" 2>/dev/null)
            kill -KILL "$program"
            for child in $children; do [ "$child" = $$ ] || kill -KILL "$child"; done 2>/dev/null
            """;

    private static final String WATCHER_NAME = "turnkeep-leash";

    private static final String LEASH = """
            watcher=$1; shift
            exec 3<&0
            sh -c "$watcher" %s $$ <&3 3<&- >/dev/null 2>&1 &
            exec 3<&- </dev/null "$@"
            """.formatted(WATCHER_NAME);

    private static final Duration REAPED = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final int TAIL_BYTES = 4_096;

    private final String name;
    private final Path log;
    private final Process process;

    private OwnedProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /**
     * @param environment added to this JVM's own; an empty value removes the variable
     * @param log appended to: standard output and error of the process
     */
    public static OwnedProcess start(
            String name, List<String> command, Map<String, String> environment, Path folder, Path log) {
        List<String> leashed = new ArrayList<>();
        // A session of its own: Ctrl-C in a terminal reaches only us, and we stop the others in the right order.
        if (Commands.exists("setsid")) leashed.add("setsid");
        leashed.addAll(List.of("sh", "-c", LEASH, name, WATCHER));
        leashed.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(leashed)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        environment.forEach((key, value) -> {
            if (value.isEmpty()) builder.environment().remove(key);
            else builder.environment().put(key, value);
        });
        try {
            Logs.rotate(log);
            return new OwnedProcess(name, log, builder.start());
        } catch (IOException e) {
            throw new EngineException("cannot start " + name + ": " + e.getMessage(), e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** Sends the signal, waits, and kills what is left after {@code patience}. */
    public void stop(Signal signal, Duration patience) {
        toTheEnd(() -> stopNow(signal, patience));
    }

    /** SIGKILL for the program and its children; returns when all are gone, so that their ports and locks are free. */
    public void kill() {
        toTheEnd(this::killNow);
    }

    private void stopNow(Signal signal, Duration patience) {
        Set<ProcessHandle> members = members();
        if (alive()) send(signal, List.of(process.toHandle()));
        if (!await(Set.of(process.toHandle()), patience)) killNow();
        else await(members, REAPED);
    }

    private void killNow() {
        Set<ProcessHandle> members = members();
        process.destroyForcibly();
        members.forEach(ProcessHandle::destroyForcibly);
        if (!await(members, REAPED)) throw new EngineException(name + " did not die within " + REAPED);
    }

    public void suspend() {
        send(Signal.STOP, unleashed());
    }

    public void resume() {
        send(Signal.CONT, unleashed());
    }

    /** The end of its log, for messages. */
    public String logTail() {
        return Logs.tail(log, TAIL_BYTES);
    }

    private Set<ProcessHandle> members() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .collect(Collectors.toSet());
    }

    /** Without the watcher: it must go on watching a suspended program. */
    private List<ProcessHandle> unleashed() {
        return members().stream()
                .filter(member -> !member.info().commandLine().orElse("").contains(WATCHER_NAME))
                .toList();
    }

    private void send(Signal signal, List<ProcessHandle> targets) {
        if (targets.isEmpty()) return;
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "kill -s \"$@\" 2>/dev/null", "kill", signal.name()));
        targets.forEach(target -> command.add(Long.toString(target.pid())));
        Outcome outcome = Commands.run(command);
        if (outcome.status() < 0) throw new EngineException("cannot signal " + name + ": " + outcome.output());
    }

    /** Not to be interrupted: half-stopped is no state to leave an engine in, and the patience is bounded. */
    private static void toTheEnd(Runnable action) {
        boolean interrupted = Thread.interrupted();
        try {
            action.run();
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    private boolean await(Set<ProcessHandle> processes, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!processes.stream().allMatch(this::gone)) {
            if (System.nanoTime() > deadline) return false;
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return true;
    }

    /**
     * A child's zombie is gone too: it holds nothing, and its parent being dead, the system's init collects it at
     * leisure. The program itself is gone when it was collected: until then some of its threads may still be ending.
     */
    private boolean gone(ProcessHandle member) {
        if (member.pid() == process.pid()) return !process.isAlive();
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(member.pid()), "stat"));
            return !member.isAlive() || stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException noSuchFile) {
            return !member.isAlive();
        }
    }
}
