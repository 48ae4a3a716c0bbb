package dev.turnkeep.ops.kubernetes;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.ops.configuration.Known;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ManifestsTest {
    private static final Path FOLDER = Path.of("../deploy/kubernetes");
    private static final List<String> SERVICES =
            List.of("ingest-service", "reaper-service", "replication-service", "session-service");

    /** Whose members anybody names; a selector of another kind than a Service's holds objects. */
    private static final Set<String> FREE =
            Set.of("labels", "annotations", "matchLabels", "pairs", "limits", "requests", "selector");

    private final Manifests manifests = new Manifests(FOLDER);

    ManifestsTest() throws IOException {}

    /** In every kind that is there, at every place that is not a map of free names. */
    @Test
    void aMemberThatNoTypeHasIsRefusedWhereverItStands() {
        Set<String> kinds = new HashSet<>();
        for (Map<?, ?> document : manifests.documents()) {
            List<Map<Object, Object>> places = new ArrayList<>();
            places("", document, places);
            for (Map<Object, Object> place : places) {
                place.put("misspelt", "x");
                assertThatThrownBy(() -> Manifests.typed(document))
                        .as("%s", document)
                        .hasMessageContaining("misspelt");
                place.remove("misspelt");
            }
            assertThat(places).as("%s", document.get("kind")).isNotEmpty();
            kinds.add(String.valueOf(document.get("kind")));
        }
        assertThat(kinds)
                .contains("Deployment", "ServiceMonitor", "Kustomization")
                .hasSize(10);
    }

    @Test
    void aKindThatNobodyKnowsIsRefused() {
        assertThatThrownBy(() -> Manifests.typed(Map.of("apiVersion", "v1", "kind", "Depolyment")))
                .hasMessageContaining("v1/Depolyment");
    }

    /** What nothing names is never applied, and what is named has to be there. */
    @Test
    void everyManifestIsNamedByAKustomization() throws IOException {
        Set<Path> named = new HashSet<>();
        Set<Path> manifest = new HashSet<>();
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : files.filter(Manifests::isManifest).toList()) {
                if (!file.endsWith("kustomization.yaml")) {
                    manifest.add(file.normalize());
                    continue;
                }
                var kustomization = (Kustomization) Manifests.typed(
                        Manifests.documents(Files.readString(file)).findFirst().orElseThrow());
                for (String resource : kustomization.resources()) {
                    Path path = file.resolveSibling(resource).normalize();
                    assertThat(Files.isDirectory(path) ? path.resolve("kustomization.yaml") : path)
                            .as("%s in %s", resource, file)
                            .isRegularFile();
                    named.add(path);
                }
            }
        }
        assertThat(named).containsAll(manifest);
    }

    @Test
    void everyServiceHasADeploymentAServiceAndABudget() {
        assertThat(names(manifests.of(V1Deployment.class).stream().map(V1Deployment::getMetadata)))
                .containsExactlyInAnyOrderElementsOf(SERVICES);
        assertThat(names(manifests.of(V1Service.class).stream().map(V1Service::getMetadata)))
                .containsExactlyInAnyOrderElementsOf(SERVICES);
        assertThat(names(manifests.of(V1PodDisruptionBudget.class).stream().map(V1PodDisruptionBudget::getMetadata)))
                .containsExactlyInAnyOrderElementsOf(SERVICES);
    }

    @Test
    void whatIsSelectedIsWhatThePodsAreLabelled() {
        for (V1Deployment deployment : manifests.of(V1Deployment.class)) {
            Map<String, String> labels = requireNonNull(
                    requireNonNull(template(deployment).getMetadata()).getLabels());
            assertThat(labels)
                    .containsAllEntriesOf(requireNonNull(
                            requireNonNull(deployment.getSpec()).getSelector().getMatchLabels()));
            for (V1Service service : manifests.of(V1Service.class)) {
                if (name(service.getMetadata()).equals(name(deployment.getMetadata()))) {
                    assertThat(labels)
                            .containsAllEntriesOf(requireNonNull(
                                    requireNonNull(service.getSpec()).getSelector()));
                }
            }
        }
    }

    @Test
    void podsCanDoNothingTheyNeedNot() {
        assertThat(pods()).isNotEmpty().allSatisfy(pod -> {
            var spec = requireNonNull(pod.getSpec());
            assertThat(spec.getAutomountServiceAccountToken()).isFalse();
            assertThat(requireNonNull(spec.getSecurityContext()).getRunAsNonRoot())
                    .isTrue();
            assertThat(spec.getContainers()).allSatisfy(container -> {
                var context = requireNonNull(container.getSecurityContext());
                assertThat(context.getAllowPrivilegeEscalation()).isFalse();
                assertThat(context.getReadOnlyRootFilesystem()).isTrue();
                assertThat(requireNonNull(context.getCapabilities()).getDrop()).containsExactly("ALL");
                assertThat(requireNonNull(container.getResources()).getLimits()).containsKey("memory");
            });
        });
    }

    @Test
    void servicesAreProbedOnTheManagementPort() {
        assertThat(manifests.of(V1Deployment.class)).allSatisfy(deployment -> {
            V1Container container = requireNonNull(template(deployment).getSpec())
                    .getContainers()
                    .getFirst();
            for (var probe : Stream.of(
                            container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe())
                    .toList()) {
                var get = requireNonNull(requireNonNull(probe).getHttpGet());
                assertThat(get.getPort().getStrValue()).isEqualTo("management");
                assertThat(get.getPath()).startsWith("/q/health/");
            }
        });
    }

    @Test
    void scalersScaleWhatIsThere() {
        assertThat(manifests.of(V2HorizontalPodAutoscaler.class)).hasSize(2).allSatisfy(scaler -> assertThat(SERVICES)
                .contains(requireNonNull(scaler.getSpec()).getScaleTargetRef().getName()));
    }

    /** A number of replicas in the manifest would undo what the scaler has said, whenever the manifest is applied. */
    @Test
    void whatIsScaledHasNoNumberOfItsOwn() {
        List<String> scaled = manifests.of(V2HorizontalPodAutoscaler.class).stream()
                .map(scaler ->
                        requireNonNull(scaler.getSpec()).getScaleTargetRef().getName())
                .toList();

        assertThat(manifests.of(V1Deployment.class)).allSatisfy(deployment -> {
            Integer replicas = requireNonNull(deployment.getSpec()).getReplicas();
            if (scaled.contains(name(deployment.getMetadata()))) {
                assertThat(replicas).isNull();
            } else {
                assertThat(replicas).isEqualTo(2);
            }
        });
    }

    /** With its budget there is always a pod that may go: else no node could be drained. */
    @Test
    void budgetsLetANodeBeDrained() {
        assertThat(manifests.of(V1PodDisruptionBudget.class)).allSatisfy(budget -> {
            var spec = requireNonNull(budget.getSpec());
            assertThat(spec.getMinAvailable()).isNull();
            assertThat(requireNonNull(spec.getMaxUnavailable()).getIntValue()).isEqualTo(1);
        });
    }

    /** Long enough for the pause before SIGTERM and for what the service itself takes to end. */
    @Test
    void podsAreGivenTheTimeTheyTakeToEnd() throws IOException {
        for (V1Deployment deployment : manifests.of(V1Deployment.class)) {
            String service = name(deployment.getMetadata());
            var spec = requireNonNull(template(deployment).getSpec());
            var preStop = requireNonNull(
                    requireNonNull(spec.getContainers().getFirst().getLifecycle())
                            .getPreStop());
            long pause = requireNonNull(requireNonNull(preStop.getSleep()).getSeconds());
            long ending =
                    Files.readAllLines(Path.of("..", service, "src/main/resources/application.properties")).stream()
                            .filter(line -> line.startsWith("quarkus.shutdown.timeout="))
                            .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow();

            assertThat(requireNonNull(spec.getTerminationGracePeriodSeconds()))
                    .as(service)
                    .isGreaterThanOrEqualTo(pause + ending + 5);
        }
    }

    @Test
    void everyVariableIsOneThatTheServicesRead() throws IOException {
        Known known = new Known(Path.of(".."));
        Stream<String> inPods = pods().flatMap(pod -> requireNonNull(pod.getSpec()).getContainers().stream())
                .flatMap(container -> Stream.ofNullable(container.getEnv()).flatMap(List::stream))
                .map(variable -> variable.getName());
        Stream<String> inFile = Files.readAllLines(FOLDER.resolve("base/turnkeep.env")).stream()
                .map(line -> line.replaceFirst("=.*", ""));

        assertThat(Stream.concat(inPods, inFile)).isNotEmpty().allMatch(known::reads);
    }

    @SuppressWarnings("unchecked") // what a YAML parser makes of a mapping
    private static void places(String name, Object value, List<Map<Object, Object>> found) {
        if (value instanceof Map<?, ?> map) {
            boolean free = FREE.contains(name) && map.values().stream().noneMatch(Map.class::isInstance);
            if (!free) {
                found.add((Map<Object, Object>) map);
                map.forEach((key, member) -> places(key.toString(), member, found));
            }
        } else if (value instanceof List<?> list) {
            list.forEach(item -> places(name, item, found));
        }
    }

    private Stream<V1PodTemplateSpec> pods() {
        return Stream.concat(
                manifests.of(V1Deployment.class).stream().map(ManifestsTest::template),
                manifests.of(V1Job.class).stream()
                        .map(job -> requireNonNull(job.getSpec()).getTemplate()));
    }

    private static V1PodTemplateSpec template(V1Deployment deployment) {
        return requireNonNull(deployment.getSpec()).getTemplate();
    }

    private static List<String> names(Stream<V1ObjectMeta> metadata) {
        return metadata.map(ManifestsTest::name).toList();
    }

    private static String name(@org.jspecify.annotations.Nullable V1ObjectMeta metadata) {
        return requireNonNull(requireNonNull(metadata).getName());
    }
}
