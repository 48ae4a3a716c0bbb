package dev.turnkeep.e2e.operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code docs/metrics.md}.
 *
 * @param services by service: its metrics, and whether each is there from the start
 */
public record MetricsPage(Map<String, Map<String, Boolean>> services) {
    private static final Pattern NAME = Pattern.compile("`(turnkeep_[a-z_]+)`");
    private static final Pattern SCRAPED = Pattern.compile("(?m)^# TYPE (turnkeep_[a-z_]+) ([a-z]+)$");

    public static MetricsPage read(Path checkout) throws IOException {
        Map<String, Map<String, Boolean>> services = new HashMap<>();
        Map<String, Boolean> current = new HashMap<>();
        for (String line : Files.readAllLines(checkout.resolve("docs/metrics.md"))) {
            if (line.startsWith("## ")) {
                current = new HashMap<>();
                services.put(line.substring(3).strip(), current);
            } else if (line.startsWith("| `")) {
                Matcher names = NAME.matcher(line.substring(0, line.indexOf('|', 2)));
                while (names.find()) {
                    current.put(names.group(1), !line.contains("*later*"));
                }
            }
        }
        return new MetricsPage(services);
    }

    /** All names of the page. */
    public Set<String> names() {
        return services.values().stream()
                .flatMap(metrics -> metrics.keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What a service shows from its start on. */
    public Set<String> atOnce(String service) {
        return services.getOrDefault(service, Map.of()).entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The names of ours in what a service answers: a counter's ends in {@code _total}, that of a timer is its own. */
    public static Set<String> scraped(String answer) {
        Set<String> names = new TreeSet<>();
        Matcher types = SCRAPED.matcher(answer);
        while (types.find()) {
            String name = types.group(1);
            boolean counter = types.group(2).equals("counter") && !name.endsWith("_total");
            names.add(counter ? name + "_total" : name);
        }
        // The greatest of a summary is a gauge beside it.
        names.removeIf(name -> name.endsWith("_max") && names.contains(name.substring(0, name.length() - 4)));
        return names;
    }
}
