package dev.turnkeep.localstack.kafka;

import dev.turnkeep.localstack.KafkaAddress;
import dev.turnkeep.localstack.Ping;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Asks the cluster for its brokers and the first one for its log folders: it then serves more than metadata. */
public final class KafkaPing implements Ping<KafkaAddress> {

    private static final int CONNECT_MILLIS = 1_000;
    private static final int ANSWER_SECONDS = 10;

    @Override
    public void ping(KafkaAddress address) throws Exception {
        connect(address);
        try (Admin admin = admin(address)) {
            var nodes = admin.describeCluster().nodes().get(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (nodes.isEmpty()) throw new IOException("no broker has joined the cluster yet");
            admin.describeLogDirs(nodes.stream().map(node -> node.id()).toList())
                    .allDescriptions()
                    .get(ANSWER_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** A client for operators' requests; the caller closes it. */
    public static Admin admin(KafkaAddress address) {
        return Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, address.bootstrap(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "5000",
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "10000"));
    }

    /** First by hand: the client would log a warning for each refused connection. */
    private static void connect(KafkaAddress address) throws IOException {
        String first = address.bootstrap().split(",", 2)[0];
        int colon = first.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(first.substring(0, colon), Integer.parseInt(first.substring(colon + 1))),
                    CONNECT_MILLIS);
        }
    }
}
