package dev.turnkeep.ops.kubernetes;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@code kustomization.yaml}, with the fields of the documented schema that this project uses, and their neighbours. */
record Kustomization(
        String apiVersion,
        String kind,
        @Nullable String namespace,
        @Nullable List<String> resources,
        @Nullable List<String> components,
        @Nullable List<Label> labels,
        @Nullable Map<String, String> commonAnnotations,
        @Nullable List<Image> images,
        @Nullable List<Generator> configMapGenerator,
        @Nullable List<Generator> secretGenerator,
        @Nullable List<Patch> patches) {

    record Label(
            Map<String, String> pairs,
            @Nullable Boolean includeSelectors,
            @Nullable Boolean includeTemplates) {}

    record Image(
            String name,
            @Nullable String newName,
            @Nullable String newTag,
            @Nullable String digest) {}

    record Generator(
            String name,
            @Nullable String namespace,
            @Nullable String behavior,
            @Nullable List<String> envs,
            @Nullable List<String> files,
            @Nullable List<String> literals) {}

    record Patch(
            @Nullable String path,
            @Nullable String patch,
            @Nullable Target target) {}

    record Target(
            @Nullable String group,
            @Nullable String version,
            @Nullable String kind,
            @Nullable String name,
            @Nullable String namespace,
            @Nullable String labelSelector,
            @Nullable String annotationSelector) {}

    /** What it names; none when it says nothing. */
    @Override
    public List<String> resources() {
        return resources == null ? List.of() : resources;
    }
}
