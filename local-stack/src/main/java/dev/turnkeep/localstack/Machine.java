package dev.turnkeep.localstack;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.AppInfoParser;

/** What the numbers of a report depend on, and nothing that names the machine. */
public final class Machine {
    private Machine() {}

    public static ObjectNode hardware(ObjectMapper json) throws IOException {
        return json.createObjectNode()
                .put("cpu", field("/proc/cpuinfo", "model name"))
                .put("cores", Runtime.getRuntime().availableProcessors())
                .put("memory", field("/proc/meminfo", "MemTotal"))
                .put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    }

    public static ObjectNode versions(ObjectMapper json, String postgres) {
        return json.createObjectNode()
                .put("java", Runtime.version().toString())
                .put("postgres", postgres)
                .put("kafka", broker())
                .put("kafka_clients", AppInfoParser.getVersion());
    }

    /** With {@code -dirty} when what was measured is not what was committed. */
    public static String commit() {
        var outcome = Commands.run(List.of("git", "describe", "--always", "--dirty", "--abbrev=12"));
        return outcome.succeeded() ? outcome.output().strip() : "unknown";
    }

    /** As the name of its file says. */
    private static String broker() {
        Matcher file = Pattern.compile("kafka_2\\.13-([0-9.]+)\\.jar").matcher(Packages.classPath());
        return file.find() ? file.group(1) : "unknown";
    }

    /** The most memory that a process ever had, in KiB, as the kernel counts it. */
    public static long peakResident(long pid) throws IOException {
        return Long.parseLong(field("/proc/" + pid + "/status", "VmHWM").replaceAll("[^0-9]", ""));
    }

    /** The memory that a process has at this moment, in KiB, as the kernel counts it. */
    public static long resident(long pid) throws IOException {
        return Long.parseLong(field("/proc/" + pid + "/status", "VmRSS").replaceAll("[^0-9]", ""));
    }

    private static String field(String file, String name) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }
}
