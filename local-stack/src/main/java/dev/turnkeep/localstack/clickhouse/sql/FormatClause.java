package dev.turnkeep.localstack.clickhouse.sql;

import dev.turnkeep.localstack.clickhouse.sql.Token.Kind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the last FORMAT clause of a statement, token by token: a statement may be long, and its tokens would take many
 * times its memory. A column may be called so, too, but not where the clause can stand.
 */
final class FormatClause {

    private Optional<String> found = Optional.empty();
    private @Nullable String candidate;
    private boolean first = true;
    private boolean keyword;

    void follow(Token token) {
        if (candidate != null && (token.text().equals(";") || token.isTop("SETTINGS"))) found = Optional.of(candidate);
        candidate = keyword && token.kind() == Kind.WORD ? token.text() : null;
        keyword = !first && token.isTop("FORMAT");
        first = false;
    }

    /** Of what was followed so far, taken as the whole statement. */
    Optional<String> name() {
        return candidate == null ? found : Optional.of(candidate);
    }
}
