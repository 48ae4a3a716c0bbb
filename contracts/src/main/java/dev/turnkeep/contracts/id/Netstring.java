package dev.turnkeep.contracts.id;

import java.nio.charset.StandardCharsets;

/** {@code <length in UTF-8 bytes>:<bytes>} per part: no two lists of parts share an encoding, whatever ids hold. */
final class Netstring {
    private Netstring() {}

    static String of(String... parts) {
        StringBuilder text = new StringBuilder();
        for (String part : parts) {
            text.append(part.getBytes(StandardCharsets.UTF_8).length)
                    .append(':')
                    .append(part);
        }
        return text.toString();
    }
}
