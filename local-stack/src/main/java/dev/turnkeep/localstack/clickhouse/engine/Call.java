package dev.turnkeep.localstack.clickhouse.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/** A statement as it is handed to the engine. */
public final class Call {

    private final byte[] sql;
    private final String format;
    private final Map<String, String> parameters;

    /**
     * @param sql without data; not copied
     * @param format of the result, or of an insert's data
     * @param parameters values of {@code {name:Type}}, escaped as in TabSeparated
     */
    public Call(byte[] sql, String format, Map<String, String> parameters) {
        this.sql = sql;
        this.format = format;
        this.parameters = parameters;
    }

    public static Call of(String sql) {
        return new Call(sql.getBytes(UTF_8), "TabSeparated", Map.of());
    }

    MemorySegment on(Chdb.Execute function, MemorySegment connection) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] formatName = format.getBytes(UTF_8);
            int count = parameters.size();
            MemorySegment names = arena.allocate(ADDRESS, Math.max(1, count));
            MemorySegment nameLengths = arena.allocate(JAVA_LONG, Math.max(1, count));
            MemorySegment values = arena.allocate(ADDRESS, Math.max(1, count));
            MemorySegment valueLengths = arena.allocate(JAVA_LONG, Math.max(1, count));
            int index = 0;
            for (Map.Entry<String, String> parameter : parameters.entrySet()) {
                put(arena, parameter.getKey(), names, nameLengths, index);
                put(arena, parameter.getValue(), values, valueLengths, index);
                index++;
            }
            return function.call(
                    connection,
                    bytes(arena, sql),
                    sql.length,
                    bytes(arena, formatName),
                    formatName.length,
                    names,
                    nameLengths,
                    values,
                    valueLengths,
                    count);
        }
    }

    private static void put(Arena arena, String text, MemorySegment pointers, MemorySegment lengths, int index) {
        byte[] utf8 = text.getBytes(UTF_8);
        pointers.setAtIndex(ADDRESS, index, bytes(arena, utf8));
        lengths.setAtIndex(JAVA_LONG, index, utf8.length);
    }

    /** With a zero behind it: a pointer to nothing would be NULL, which the library takes for an error. */
    private static MemorySegment bytes(Arena arena, byte[] bytes) {
        MemorySegment copy = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, copy, JAVA_BYTE, 0, bytes.length);
        return copy;
    }
}
