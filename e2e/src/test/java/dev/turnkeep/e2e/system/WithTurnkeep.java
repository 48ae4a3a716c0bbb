package dev.turnkeep.e2e.system;

import dev.turnkeep.localstack.StackAddresses;
import dev.turnkeep.localstack.junit.TestSpace;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test class the one running system of this JVM, as a parameter of type {@link Turnkeep}. Test classes share it,
 * so each works in organisations of its own.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(WithTurnkeep.Extension.class)
public @interface WithTurnkeep {

    /** Starts the system for the first class that wants it; it is stopped after the last test of the JVM. */
    final class Extension implements ParameterResolver {
        private static final Namespace NAMESPACE = Namespace.create(WithTurnkeep.class);

        private record Shared(TestSpace space, Turnkeep system) implements AutoCloseable {
            static Shared start() {
                TestSpace space = TestSpace.open();
                StackAddresses engines =
                        new StackAddresses(space.kafka(), space.postgres(), space.redis(), space.clickhouse());
                return new Shared(space, Turnkeep.start(engines, space.topicPrefix(), space.redisKeyPrefix()));
            }

            @Override
            public void close() {
                system.close();
                space.close();
            }
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Turnkeep.class;
        }

        @Override
        public Turnkeep resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(NAMESPACE)
                    .computeIfAbsent(Shared.class, key -> Shared.start(), Shared.class)
                    .system();
        }
    }
}
