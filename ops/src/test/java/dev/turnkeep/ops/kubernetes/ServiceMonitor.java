package dev.turnkeep.ops.kubernetes;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A ServiceMonitor of Prometheus' operator, with the fields of its documented schema that scraping over plain HTTP needs. */
record ServiceMonitor(String apiVersion, String kind, Metadata metadata, Spec spec) {

    record Metadata(
            String name,
            @Nullable String namespace,
            @Nullable Map<String, String> labels,
            @Nullable Map<String, String> annotations) {}

    record Spec(
            @Nullable String jobLabel,
            @Nullable List<String> targetLabels,
            @Nullable List<String> podTargetLabels,
            Selector selector,
            @Nullable NamespaceSelector namespaceSelector,
            @Nullable Long sampleLimit,
            List<Endpoint> endpoints) {}

    record Selector(
            @Nullable Map<String, String> matchLabels,
            @Nullable List<Requirement> matchExpressions) {}

    record Requirement(
            String key, String operator, @Nullable List<String> values) {}

    record NamespaceSelector(
            @Nullable Boolean any, @Nullable List<String> matchNames) {}

    record Endpoint(
            @Nullable String port,
            @Nullable String path,
            @Nullable String scheme,
            @Nullable String interval,
            @Nullable String scrapeTimeout,
            @Nullable Boolean honorLabels,
            @Nullable List<Relabelling> relabelings,
            @Nullable List<Relabelling> metricRelabelings) {}

    record Relabelling(
            @Nullable List<String> sourceLabels,
            @Nullable String separator,
            @Nullable String targetLabel,
            @Nullable String regex,
            @Nullable String replacement,
            @Nullable String action) {}
}
