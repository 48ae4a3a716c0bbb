package dev.turnkeep.localstack.clickhouse.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What this process does on each signal, as {@code sigaction(2)} tells: saved before a native library may have touched
 * it, put back afterwards.
 */
public final class SignalDispositions {

    private static final int LAST = 31;
    // struct sigaction of glibc on x86-64: the handler, a mask of which the kernel knows 8 bytes of 128, flags,
    // restorer.
    private static final long STRUCT = 152;
    // Handler and mask. Not the flags: the engine adds SA_ONSTACK to SIGSEGV at its first statement and leaves the
    // handler as it is, which changes nothing for threads that have no such stack, and the JVM's have none.
    private static final int COMPARED = 16;

    private final Map<Integer, byte[]> actions;

    private SignalDispositions(Map<Integer, byte[]> actions) {
        this.actions = actions;
    }

    public static SignalDispositions current() {
        Map<Integer, byte[]> actions = new TreeMap<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocate(STRUCT);
            for (int signal = 1; signal <= LAST; signal++) {
                if (sigaction(signal, MemorySegment.NULL, action) == 0) actions.put(signal, action.toArray(JAVA_BYTE));
            }
        }
        return new SignalDispositions(actions);
    }

    /** The signals that are handled otherwise now. */
    public List<Integer> changed() {
        SignalDispositions now = current();
        List<Integer> changed = new ArrayList<>();
        actions.forEach((signal, action) -> {
            byte[] current = now.actions.getOrDefault(signal, new byte[COMPARED]);
            if (!Arrays.equals(action, 0, COMPARED, current, 0, COMPARED)) changed.add(signal);
        });
        return changed;
    }

    /** Puts back what changed. */
    public void restore() {
        try (Arena arena = Arena.ofConfined()) {
            for (int signal : changed()) {
                byte[] action = actions.getOrDefault(signal, new byte[(int) STRUCT]);
                sigaction(signal, arena.allocateFrom(JAVA_BYTE, action), MemorySegment.NULL);
            }
        }
    }

    private static int sigaction(int signal, MemorySegment action, MemorySegment previous) {
        try {
            return (int) Sigaction.HANDLE.invokeExact(signal, action, previous);
        } catch (Throwable e) {
            throw new IllegalStateException("sigaction", e);
        }
    }

    private static final class Sigaction {
        static final MethodHandle HANDLE = bind();

        @SuppressWarnings("restricted") // there is no other way to see how signals are handled
        private static MethodHandle bind() {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("sigaction"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
        }
    }
}
