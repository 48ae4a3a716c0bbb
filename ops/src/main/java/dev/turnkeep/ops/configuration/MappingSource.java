package dev.turnkeep.ops.configuration;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Reads a configuration interface from its source, because a class file has no comments. */
final class MappingSource {
    private final String module;
    private final CompilationUnitTree unit;
    private final DocTrees docs;
    private final Map<String, ClassTree> nested = new HashMap<>();
    private final List<Setting> settings = new ArrayList<>();

    private MappingSource(String module, CompilationUnitTree unit, DocTrees docs) {
        this.module = module;
        this.unit = unit;
        this.docs = docs;
    }

    /**
     * The settings of the interface of a file.
     *
     * @throws IllegalStateException if the file has no interface with {@code @ConfigMapping}
     */
    static Group read(String module, Path file) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            var task = (JavacTask) compiler.getTask(
                    null, files, problem -> {}, List.of("-proc:none"), null, files.getJavaFileObjects(file));
            CompilationUnitTree unit = task.parse().iterator().next();
            return new MappingSource(module, unit, DocTrees.instance(task)).group();
        }
    }

    private Group group() {
        ClassTree mapping = unit.getTypeDecls().stream()
                .filter(ClassTree.class::isInstance)
                .map(ClassTree.class::cast)
                .filter(type -> annotation(type.getModifiers(), "ConfigMapping").isPresent())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no @ConfigMapping in " + unit.getSourceFile()));
        String prefix = annotation(mapping.getModifiers(), "ConfigMapping")
                .flatMap(found -> argument(found, "prefix"))
                .orElseThrow();
        TreePath path = new TreePath(new TreePath(unit), mapping);
        mapping.getMembers().forEach(this::remember);
        members(path, mapping, prefix);
        return new Group(module, prefix, meaning(path), settings);
    }

    private void remember(Tree member) {
        if (member instanceof ClassTree type) {
            nested.put(type.getSimpleName().toString(), type);
            type.getMembers().forEach(this::remember);
        }
    }

    private void members(TreePath path, ClassTree type, String prefix) {
        for (Tree member : type.getMembers()) {
            if (member instanceof MethodTree method && method.getBody() == null) {
                setting(new TreePath(path, method), method, prefix);
            }
        }
    }

    private void setting(TreePath path, MethodTree method, String prefix) {
        ModifiersTree modifiers = method.getModifiers();
        String own = annotation(modifiers, "WithName")
                .flatMap(found -> argument(found, "value"))
                .orElseGet(() -> kebab(method.getName().toString()));
        boolean parents = annotation(modifiers, "WithParentName").isPresent();
        String name = parents ? prefix : prefix + "." + own;
        String type = method.getReturnType().toString();
        ClassTree group = nested.get(type);
        if (group != null && group.getKind() == Tree.Kind.INTERFACE) {
            members(new TreePath(path.getParentPath(), group), group, name);
            return;
        }
        Optional<String> standard = annotation(modifiers, "WithDefault").flatMap(found -> argument(found, "value"));
        boolean optional = type.startsWith("Optional") || type.startsWith("Map<") || type.startsWith("List<");
        settings.add(new Setting(
                type.startsWith("Map<") ? name + ".<key>" : name,
                form(type),
                standard.orElse(""),
                standard.isEmpty() && !optional,
                meaning(path)));
    }

    private String form(String type) {
        String bare = type.replaceFirst("^(Optional|List)<(.*)>$", "$2").replaceFirst("^Map<.*, (.*)>$", "$1");
        ClassTree own = nested.get(bare);
        if (own != null && own.getKind() == Tree.Kind.ENUM) {
            return "one of the names";
        }
        return switch (bare) {
                    case "Duration" -> "duration: `30s`, `5m`, `1h`";
                    case "MemorySize" -> "size: `256K`, `8M`";
                    case "int", "long", "Short", "Integer", "Long", "OptionalInt", "OptionalLong" -> "whole number";
                    case "double", "BigDecimal" -> "number";
                    case "boolean", "Boolean" -> "`true` or `false`";
                    case "LocalTime" -> "time of day: `04:00`";
                    case "URI" -> "address";
                    case "Path" -> "file";
                    case "String" -> "text";
                    default -> throw new IllegalStateException("no words for how a " + type + " is given");
                }
                + (type.startsWith("List<") || type.startsWith("Optional<List<") ? ", several with commas" : "");
    }

    private String meaning(TreePath path) {
        String comment = docs.getDocComment(path);
        return comment == null ? "" : Markdown.of(comment);
    }

    private static Optional<AnnotationTree> annotation(ModifiersTree modifiers, String name) {
        return modifiers.getAnnotations().stream()
                .map(AnnotationTree.class::cast)
                .filter(annotation -> annotation.getAnnotationType().toString().equals(name))
                .findFirst();
    }

    private static Optional<String> argument(AnnotationTree annotation, String name) {
        return annotation.getArguments().stream()
                .filter(AssignmentTree.class::isInstance)
                .map(AssignmentTree.class::cast)
                .filter(assignment -> assignment.getVariable().toString().equals(name))
                .map(AssignmentTree::getExpression)
                .filter(LiteralTree.class::isInstance)
                .map(value -> String.valueOf(((LiteralTree) value).getValue()))
                .findFirst()
                .or(() -> annotation.getArguments().stream()
                        .filter(LiteralTree.class::isInstance)
                        .map(value -> String.valueOf(((LiteralTree) value).getValue()))
                        .findFirst());
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
