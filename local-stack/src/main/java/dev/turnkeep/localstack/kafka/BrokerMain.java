package dev.turnkeep.localstack.kafka;

import java.nio.file.Path;
import kafka.Kafka;
import kafka.tools.StorageTool;

/** Formats the storage when it is new and runs the broker, in one JVM: starting a second one would take a second more. */
final class BrokerMain {

    // Any 16 bytes will do, but the same at every start: another id than the stored one is refused.
    private static final String CLUSTER = "dHVybmtlZXAtbG9jYWwtMQ";

    private BrokerMain() {}

    public static void main(String[] arguments) {
        String properties = Path.of(arguments[0]).toString();
        String[] format = {"format", "--ignore-formatted", "--cluster-id", CLUSTER, "--config", properties};
        int status = StorageTool.execute(format, System.out);
        if (status != 0) System.exit(status);
        Kafka.main(new String[] {properties});
    }
}
