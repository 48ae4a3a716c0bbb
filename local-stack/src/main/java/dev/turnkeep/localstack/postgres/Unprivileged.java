package dev.turnkeep.localstack.postgres;

import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * How to run Postgres, which refuses to run as root, when we are root. In a user namespace of its own ({@code unshare
 * -U}) it sees itself and its files as nobody's, while outside it stays ours; where namespaces are forbidden, as in many
 * containers, it becomes the user nobody for real and is given its folder.
 *
 * @param prefix put before the command
 */
public record Unprivileged(List<String> prefix, boolean givesAway) {

    private static final String NOBODY = "65534";

    private static final List<String> NAMESPACE = List.of("unshare", "-U");
    private static final List<String> OTHER_USER =
            List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");

    public static Unprivileged detect() {
        if (!isRoot(List.of())) return new Unprivileged(List.of(), false);
        if (worksAs(NAMESPACE)) return new Unprivileged(NAMESPACE, false);
        if (worksAs(OTHER_USER)) return new Unprivileged(OTHER_USER, true);
        throw new EngineException("Postgres refuses to run as root, and neither `unshare -U` nor `setpriv` works here:"
                + " run as another user, or give POSTGRES_URL");
    }

    /** Gives the folder to the user that the server will run as. */
    void own(Path folder) throws IOException {
        if (!givesAway) return;
        var nobody = folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        Files.setOwner(folder, nobody);
    }

    private static boolean worksAs(List<String> prefix) {
        return Commands.run(with(prefix, "true")).succeeded() && !isRoot(prefix);
    }

    private static boolean isRoot(List<String> prefix) {
        return Commands.run(with(prefix, "id", "-u")).output().strip().equals("0");
    }

    private static List<String> with(List<String> prefix, String... command) {
        return Stream.concat(prefix.stream(), Arrays.stream(command)).toList();
    }
}
