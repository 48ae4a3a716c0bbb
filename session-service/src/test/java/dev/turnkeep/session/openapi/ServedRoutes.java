package dev.turnkeep.session.openapi;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the service answers: the methods of its resources, and the routes that stand beside them. */
@Singleton
public class ServedRoutes {
    private static final List<String> OURS = List.of("/v1/", "/api/", "/realtime/");

    private @Nullable Router router;

    void made(@Observes Router made) {
        this.router = made;
    }

    /** As {@code GET /v1/sessions/{session}}. */
    Set<String> all() {
        Set<String> routes = new TreeSet<>();
        new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("dev.turnkeep.session")
                        .stream()
                        .filter(type -> type.isAnnotatedWith(Path.class))
                        .map(JavaClass::reflect)
                        .flatMap(ServedRoutes::of)
                        .forEach(routes::add);
        Router served = router;
        if (served != null) {
            served.getRoutes().stream().flatMap(ServedRoutes::of).forEach(routes::add);
        }
        return routes;
    }

    /** A route that serves every path of a form. */
    record Served(Pattern form) {
        /** Whether a documented operation's path, with its variables filled in, has the form. */
        boolean covers(String operation) {
            String path = operation.substring(operation.indexOf(' ') + 1);
            return form.matcher(path.replace("{channel}", "in").replaceAll("\\{[^}]*}", "x"))
                    .matches();
        }
    }

    List<Served> patterns() {
        Router served = router;
        return served == null
                ? List.of()
                : served.getRoutes().stream()
                        .filter(route -> route.getPath() == null && route.getName() != null)
                        .map(Route::getName)
                        .filter(form -> OURS.stream().anyMatch(form::startsWith))
                        .map(form -> new Served(Pattern.compile(form)))
                        .toList();
    }

    boolean coveredByPattern(String operation) {
        return patterns().stream().anyMatch(pattern -> pattern.covers(operation));
    }

    private static Stream<String> of(Class<?> resource) {
        return Arrays.stream(resource.getDeclaredMethods()).flatMap(method -> of(resource, method));
    }

    private static Stream<String> of(Class<?> resource, Method method) {
        Path path = method.getAnnotation(Path.class);
        String full = resource.getAnnotation(Path.class).value() + (path == null ? "" : "/" + path.value());
        return Stream.of(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(jakarta.ws.rs.HttpMethod.class))
                .filter(Objects::nonNull)
                .map(verb -> verb.value() + " " + full.replaceAll("/+", "/"));
    }

    private static Stream<String> of(Route route) {
        String path = route.getPath();
        Set<HttpMethod> methods = route.methods();
        if (route.isRegexPath()
                || path == null
                || methods == null
                || OURS.stream().noneMatch(path::startsWith)) {
            return Stream.of();
        }
        List<String> routes = new ArrayList<>();
        for (HttpMethod method : methods) {
            // A preflight is the browser's business and nobody's operation.
            if (!method.equals(HttpMethod.OPTIONS)) {
                routes.add(method + " " + path.replaceAll(":([A-Za-z]+)", "{$1}"));
            }
        }
        return routes.stream();
    }
}
