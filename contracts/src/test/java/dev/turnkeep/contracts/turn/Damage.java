package dev.turnkeep.contracts.turn;

import java.util.Random;

/** A few bytes of a record overwritten, mostly with what has a meaning in JSON, so that the damage gets past the parser. */
record Damage(Random random) {
    private static final String TOKENS = "{}[]:,\"0-9e.tfn \\";

    static Damage of(long seed) {
        return new Damage(new Random(seed));
    }

    void to(byte[] bytes) {
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(3)) {
                case 0 -> bytes[at] = (byte) TOKENS.charAt(random.nextInt(TOKENS.length()));
                case 1 -> bytes[at] = (byte) random.nextInt();
                default -> {
                    int from = random.nextInt(bytes.length);
                    int length = Math.min(random.nextInt(40), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, length);
                }
            }
        }
    }
}
