package dev.turnkeep.localstack.junit;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Opens a {@link TestSpace} before a test class, shares it with its nested classes, and closes it afterwards. */
public final class LocalStackExtension implements BeforeAllCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(LocalStackExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        space(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestSpace.class;
    }

    @Override
    public TestSpace resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return space(context);
    }

    /** The store looks in the enclosing contexts first, and closes what it holds when its context ends. */
    private static TestSpace space(ExtensionContext context) {
        return context.getStore(NAMESPACE).computeIfAbsent(TestSpace.class, key -> TestSpace.open(), TestSpace.class);
    }
}
