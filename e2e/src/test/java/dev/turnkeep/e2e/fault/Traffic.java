package dev.turnkeep.e2e.fault;

import dev.turnkeep.e2e.system.Turn;

/**
 * The turns of a load, by number: small ones, spread over many sessions. Some sessions are forks of their neighbour and
 * some are implicit, so that parents, slots and boundaries are at work when a fault strikes.
 *
 * @param name makes this load's sessions and request ids its own
 */
record Traffic(String name, int sessions) {
    private static final String PADDING = "The tomatoes of bed three want water again. ".repeat(12);

    /** At most 2 KB. */
    String turn(int number) {
        int session = number % sessions;
        return place(session)
                .request(name + "-" + number)
                .says("%s %d: %s".formatted(name, number, PADDING), "Valve opened, number %d.".formatted(number))
                .tokens(100 + number % 50, 1 + number % 20)
                .json()
                .toString();
    }

    private Turn place(int session) {
        return switch (session % 10) {
            case 7 -> Turn.by(name + "-actor-" + session);
            case 8 -> Turn.in(named(session)).parent(named(session - 2));
            case 9 -> Turn.in(named(session)).parent(Turn.HARNESS, named(session - 4));
            default -> Turn.in(named(session));
        };
    }

    private String named(int session) {
        return name + "-session-" + session;
    }
}
