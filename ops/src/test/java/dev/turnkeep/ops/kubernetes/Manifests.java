package dev.turnkeep.ops.kubernetes;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.Gson;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The manifests, and what puts them together, as types of what reads them; a member that a type does not have is refused. */
final class Manifests {
    private static final Map<String, Class<?>> TYPES = Map.of(
            "apps/v1/Deployment", V1Deployment.class,
            "batch/v1/Job", V1Job.class,
            "v1/Namespace", V1Namespace.class,
            "networking.k8s.io/v1/NetworkPolicy", V1NetworkPolicy.class,
            "policy/v1/PodDisruptionBudget", V1PodDisruptionBudget.class,
            "v1/Service", V1Service.class,
            "v1/ServiceAccount", V1ServiceAccount.class,
            "autoscaling/v2/HorizontalPodAutoscaler", V2HorizontalPodAutoscaler.class);

    /** Those that are not of Kubernetes' own API: records of ours, which a mapper fills strictly. */
    private static final Map<String, Class<?>> OTHERS = Map.of(
            "monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class,
            "kustomize.config.k8s.io/v1beta1/Kustomization", Kustomization.class);

    private static final ObjectMapper STRICT = new ObjectMapper();

    private final List<Map<?, ?>> documents = new ArrayList<>();
    private final List<Object> all = new ArrayList<>();

    Manifests(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Manifests::isManifest).sorted().toList()) {
                documents(Files.readString(file)).forEach(documents::add);
            }
        }
        documents.forEach(document -> all.add(typed(document)));
    }

    static boolean isManifest(Path file) {
        return String.valueOf(file.getFileName()).endsWith(".yaml");
    }

    /** As they are written. */
    List<Map<?, ?>> documents() {
        return documents;
    }

    static Stream<Map<?, ?>> documents(String text) {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        Iterable<Object> documents = new Yaml(new SafeConstructor(strict)).loadAll(text);
        return StreamSupport.stream(documents.spliterator(), false).map(document -> (Map<?, ?>) document);
    }

    /** @throws RuntimeException naming the member, if the type does not have it, and for kinds that are not known here */
    static Object typed(Map<?, ?> document) {
        String kind = document.get("apiVersion") + "/" + document.get("kind");
        Class<?> other = OTHERS.get(kind);
        if (other != null) {
            return STRICT.convertValue(document, other);
        }
        Class<?> type = TYPES.get(kind);
        if (type == null) {
            throw new IllegalArgumentException("no type for " + kind);
        }
        Gson gson = JSON.getGson();
        return gson.fromJson(gson.toJsonTree(document), type);
    }

    <T> List<T> of(Class<T> type) {
        return all.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
