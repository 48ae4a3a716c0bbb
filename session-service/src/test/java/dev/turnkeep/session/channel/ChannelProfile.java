package dev.turnkeep.session.channel;

import static java.util.Map.entry;

import dev.turnkeep.session.turn.ServiceOnTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** The service with the open namespace, credentials and free ports. It answers long polls sooner than the suite gives up. */
public final class ChannelProfile implements QuarkusTestProfile {
    /** Of one session; enough for the tests with many. */
    public static final int READERS = 80;
    /** Of one channel, that stay. */
    public static final int WRITERS = 20;
    /** Of one channel, in MiB. */
    static final int SIZE = 4;
    /** Of all readers together, in bytes; those of one session have a quarter. */
    public static final int READERS_SIZE = 8 * 1024 * 1024;
    /** Of all bodies together, in bytes; those for one session have a quarter. */
    public static final int IN_FLIGHT = 32 * 1024 * 1024;
    /** The most records of a fork. */
    public static final int FORK_RECORDS = 2000;
    /** Of one session, besides those that every session has. */
    static final int CHANNELS = 24;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.ofEntries(
                entry("turnkeep.admin.key", ServiceOnTest.ADMIN_KEY),
                entry("turnkeep.master.key", ServiceOnTest.MASTER_KEY),
                entry("turnkeep.kafka.topic-partitions", "4"),
                entry("turnkeep.session.channels.open-namespace", "true"),
                entry("turnkeep.session.channels.long-poll-timeout", "2s"),
                entry("turnkeep.session.channels.readers-per-session", Integer.toString(READERS)),
                entry("turnkeep.session.channels.writers-per-channel", Integer.toString(WRITERS)),
                entry("turnkeep.session.channels.channels-per-session", Integer.toString(CHANNELS)),
                entry("turnkeep.session.channels.body-timeout", "2s"),
                entry("turnkeep.session.channels.realtime-ping", "300ms"),
                entry("turnkeep.session.channels.channel-size", SIZE + "M"),
                entry("turnkeep.session.channels.readers-size", Integer.toString(READERS_SIZE)),
                entry("turnkeep.session.channels.reader-patience", "2s"),
                entry("turnkeep.session.channels.reader-timeout", "4s"),
                entry("turnkeep.session.channels.in-flight", Integer.toString(IN_FLIGHT)),
                entry("turnkeep.session.channels.fork-records", Integer.toString(FORK_RECORDS)),
                entry("quarkus.http.proxy.proxy-address-forwarding", "true"),
                entry("quarkus.http.proxy.enable-forwarded-host", "true"),
                entry("quarkus.http.proxy.trusted-proxies", "127.0.0.1"),
                entry("quarkus.http.test-port", "0"),
                entry("quarkus.management.test-port", "0"));
    }
}
