package dev.turnkeep.localstack;

import java.time.Duration;

/** An engine that somebody else runs. */
record ExternalEngine<A>(String name, A address, Ping<A> ping) implements Engine<A> {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Only checks that it answers. */
    @Override
    public A start() {
        Readiness.await(
                name, ping, address, PATIENCE, Readiness.OFTEN, () -> true, () -> "(it is external: see its own log)");
        return address;
    }

    @Override
    public void stop() {}

    @Override
    public void kill() {
        throw notOurs();
    }

    @Override
    public void suspend() {
        throw notOurs();
    }

    @Override
    public void resume() {
        throw notOurs();
    }

    @Override
    public boolean running() {
        try {
            ping.ping(address);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (Exception unreachable) {
            return false;
        }
    }

    private UnsupportedOperationException notOurs() {
        return new UnsupportedOperationException(name + " at " + address + " is external: it is not ours to strike");
    }
}
