package dev.turnkeep.ops.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.ops.document.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Alerts and dashboards ask for metrics that exist, and each alert is explained and tested. */
class MonitoringTest {
    private static final Path CHECKOUT = Path.of("..");
    private static final Pattern METRIC = Pattern.compile("turnkeep_[a-z_]+");
    private static final List<String> PARTS = List.of("", "_bucket", "_count", "_sum", "_max");

    @Test
    void asksOnlyForMetricsThatThePageDescribes() throws IOException {
        // Given
        Set<String> described = names(Files.readString(CHECKOUT.resolve("docs/metrics.md")));

        // When
        List<String> questions = new ArrayList<>();
        rules().forEach(rule -> questions.add(rule.text("expr")));
        for (Path dashboard : dashboards()) {
            questions.addAll(questions(dashboard));
        }

        // Then
        assertThat(questions).hasSizeGreaterThan(40);
        for (String question : questions) {
            assertThat(names(question)).as(question).allMatch(name -> PARTS.stream()
                    .anyMatch(part -> name.endsWith(part)
                            && described.contains(name.substring(0, name.length() - part.length()))));
        }
    }

    @Test
    void everyAlertHasAPageAndATest() throws IOException {
        String tests = Files.readString(CHECKOUT.resolve("deploy/prometheus/alerts_test.yml"));

        assertThat(rules()).isNotEmpty().allSatisfy(rule -> {
            String alert = rule.text("alert");
            Path page = CHECKOUT.resolve(rule.tree("annotations").text("runbook_url"));
            assertThat(Files.readString(page).lines().findFirst().orElseThrow())
                    .as(alert)
                    .contains(alert);
            assertThat(Pattern.compile("alertname: " + alert + "\\s+exp_alerts:\\s+- exp_labels")
                            .matcher(tests)
                            .find())
                    .as("a test in which %s fires", alert)
                    .isTrue();
            assertThat(Pattern.compile("alertname: " + alert + ", exp_alerts: \\[]")
                            .matcher(tests)
                            .find())
                    .as("a test in which %s is silent", alert)
                    .isTrue();
        });
    }

    /** Prometheus beside compose and the ServiceMonitor name the job alike; the alerts ask for it. */
    @Test
    void theJobThatAlertsAskForIsTheOneThatTargetsHave() throws IOException {
        Tree monitor = Tree.yaml(CHECKOUT.resolve("deploy/kubernetes/base/monitors.yaml"));
        Tree scraping = Tree.yaml(CHECKOUT.resolve("deploy/prometheus/prometheus.yml"));

        assertThat(monitor.tree("spec").text("jobLabel")).isEqualTo("app.kubernetes.io/part-of");
        assertThat(Files.readString(CHECKOUT.resolve("deploy/kubernetes/base/kustomization.yaml")))
                .contains("app.kubernetes.io/part-of: turnkeep");
        assertThat(scraping.trees("scrape_configs")).singleElement().satisfies(job -> assertThat(job.text("job_name"))
                .isEqualTo("turnkeep"));
        assertThat(rules())
                .filteredOn(rule -> rule.text("expr").contains("job="))
                .hasSize(2)
                .allMatch(rule -> rule.text("expr").contains("job=~\".*turnkeep.*\""));
    }

    @Test
    void everyPageBelongsToAnAlert() throws IOException {
        Set<String> pages = new HashSet<>();
        for (Tree rule : rules()) {
            pages.add(rule.tree("annotations").text("runbook_url"));
        }
        try (Stream<Path> files = Files.list(CHECKOUT.resolve("docs/runbooks"))) {
            assertThat(files.map(file -> "docs/runbooks/" + file.getFileName()))
                    .containsExactlyInAnyOrderElementsOf(pages);
        }
    }

    /** The command of docs/operations.md: it has to meet the link of every rule, and nothing else. */
    @Test
    void everyLinkTakesTheAddressThatAnOperatorGivesIt() throws IOException {
        // Given
        Matcher command = Pattern.compile("sed 's\\|(.+)\\|&(.+)\\|' (deploy/prometheus/alerts\\.yml)")
                .matcher(Files.readString(CHECKOUT.resolve("docs/operations.md")));
        assertThat(command.find()).isTrue();
        String base = command.group(2);

        // When
        String given = Files.readString(CHECKOUT.resolve(command.group(3)))
                .replaceAll("(?m)^(.*?" + Pattern.quote(command.group(1)) + ")", "$1" + base);

        // Then
        assertThat(base).matches("https://.*/");
        assertThat(Pattern.compile(Pattern.quote(base)).matcher(given).results().count())
                .isEqualTo(rules().size());
        assertThat(rules(Tree.yaml(given)))
                .isNotEmpty()
                .allMatch(rule -> rule.tree("annotations").text("runbook_url").startsWith(base + "docs/runbooks/"));
    }

    private static List<Tree> rules() throws IOException {
        return rules(Tree.yaml(CHECKOUT.resolve("deploy/prometheus/alerts.yml")));
    }

    private static List<Tree> rules(Tree file) {
        return file.trees("groups").stream()
                .flatMap(group -> group.trees("rules").stream())
                .toList();
    }

    private static List<Path> dashboards() throws IOException {
        try (Stream<Path> files = Files.list(CHECKOUT.resolve("deploy/grafana/dashboards"))) {
            return files.filter(file -> file.toString().endsWith(".json")).toList();
        }
    }

    private static List<String> questions(Path dashboard) throws IOException {
        return Tree.json(dashboard).trees("panels").stream()
                .flatMap(panel -> panel.trees("targets").stream())
                .map(target -> target.text("expr"))
                .toList();
    }

    private static Set<String> names(String text) {
        Set<String> names = new HashSet<>();
        Matcher matcher = METRIC.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }
}
