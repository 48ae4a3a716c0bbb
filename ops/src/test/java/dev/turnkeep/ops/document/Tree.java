package dev.turnkeep.ops.document;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** An object of a file; a member that is asked for and is not there, or is something else, fails the test that asked. */
public record Tree(Map<?, ?> members) {

    /** A key that stands there twice is refused. */
    public static Tree yaml(Path file) throws IOException {
        return yaml(Files.readString(file));
    }

    /** Likewise. */
    public static Tree yaml(String text) {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        return new Tree((Map<?, ?>) new Yaml(new SafeConstructor(strict)).load(text));
    }

    public static Tree json(Path file) throws IOException {
        return new Tree(new Gson().fromJson(Files.readString(file), Map.class));
    }

    public Set<String> names() {
        return members.keySet().stream().map(Object::toString).collect(Collectors.toSet());
    }

    public boolean has(String member) {
        return members.get(member) != null;
    }

    public String text(String member) {
        return value(member).toString();
    }

    public Tree tree(String member) {
        return new Tree((Map<?, ?>) value(member));
    }

    public List<Tree> trees(String member) {
        return ((List<?>) value(member))
                .stream().map(item -> new Tree((Map<?, ?>) item)).toList();
    }

    /** The items of a list; none when there is no such list. */
    public List<String> texts(String member) {
        return members.get(member) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    private Object value(String member) {
        Object value = members.get(member);
        if (value == null) {
            throw new AssertionError("no " + member + " in " + members);
        }
        return value;
    }
}
