package dev.turnkeep.ops.configuration;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The environment variables that the services read. */
public final class Known {
    // The framework's own; what else it reads is in its documentation.
    private static final Pattern FRAMEWORK = Pattern.compile(
            "QUARKUS_(HTTP|MANAGEMENT)_(HOST|PORT)|QUARKUS_FLYWAY_(MIGRATE|VALIDATE)_AT_START|QUARKUS_INIT_AND_EXIT"
                    + "|QUARKUS_LOG_[A-Z_]+|QUARKUS_OTEL_[A-Z_]+|QUARKUS_SHUTDOWN_(TIMEOUT|DELAY)|JAVA_TOOL_OPTIONS");

    private final Set<String> variables;

    public Known(Path checkout) throws IOException {
        this.variables = new Reference(checkout)
                .groups().stream()
                        .flatMap(group -> group.settings().stream())
                        .map(Setting::variable)
                        .collect(Collectors.toSet());
    }

    public boolean reads(String variable) {
        return variables.contains(variable) || FRAMEWORK.matcher(variable).matches();
    }
}
