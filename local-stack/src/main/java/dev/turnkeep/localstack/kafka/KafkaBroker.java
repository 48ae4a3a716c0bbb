package dev.turnkeep.localstack.kafka;

import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.KafkaAddress;
import dev.turnkeep.localstack.Packages;
import dev.turnkeep.localstack.Ports;
import dev.turnkeep.localstack.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One KRaft node, broker and controller in one. An acknowledged record is in the page cache, which outlives a killed
 * process, so nothing acknowledged is lost by {@code kill -9}; the log is recovered at the next start.
 */
public final class KafkaBroker implements Program<KafkaAddress> {

    // 50 MiB records, and a little for the batch around them.
    private static final int LARGEST_BATCH = 54_525_952;

    private final int port;
    // Needed by nobody outside the process: chosen anew each time.
    private final int controllerPort = Ports.free();

    public KafkaBroker(int port) {
        this.port = port;
    }

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public KafkaAddress address() {
        return new KafkaAddress("127.0.0.1:" + port);
    }

    @Override
    public List<Integer> ports() {
        return List.of(port);
    }

    @Override
    public void prepare(Path folder) throws IOException {
        Files.writeString(folder.resolve("server.properties"), properties(folder.resolve("log")));
    }

    @Override
    public List<String> command(Path folder) {
        return List.of(
                Commands.java(),
                "-Xms128m",
                "-Xmx512m",
                // 50 MiB arrays: a collector without regions copies with them best in a small heap.
                "-XX:+UseParallelGC",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-Dlog4j2.configurationFile=classpath:dev/turnkeep/localstack/kafka/broker-log4j2.properties",
                "-cp",
                Packages.classPath(),
                BrokerMain.class.getName(),
                folder.resolve("server.properties").toString());
    }

    @Override
    public void ping(KafkaAddress address) throws Exception {
        new KafkaPing().ping(address);
    }

    private String properties(Path log) {
        return """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                controller.listener.names=CONTROLLER
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
                log.dirs=%3$s

                auto.create.topics.enable=false
                message.max.bytes=%4$d
                replica.fetch.max.bytes=%4$d
                queued.max.request.bytes=134217728

                offsets.topic.replication.factor=1
                offsets.topic.num.partitions=4
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                transaction.state.log.num.partitions=4
                share.coordinator.state.topic.replication.factor=1
                share.coordinator.state.topic.min.isr=1
                share.coordinator.state.topic.num.partitions=1

                group.initial.rebalance.delay.ms=0
                group.min.session.timeout.ms=1000
                broker.session.timeout.ms=3000
                broker.heartbeat.interval.ms=500
                num.network.threads=2
                num.io.threads=4
                num.recovery.threads.per.data.dir=2
                log.cleaner.dedupe.buffer.size=16777216
                """.formatted(port, controllerPort, log, LARGEST_BATCH);
    }
}
