package dev.turnkeep.localstack.clickhouse.sql;

import dev.turnkeep.localstack.clickhouse.sql.Token.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells statements apart. Pure. */
public final class StatementParser {

    private static final Set<String> SELECTS = Set.of("SELECT", "WITH", "FROM");
    private static final Set<String> LOOKS = Set.of("SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS", "CHECK");

    // The engine knows statements by ids of its own; the caller's id travels in the first line of log_comment.
    private static final String CALLERS_ID =
            "if(Settings['log_comment'] = '', query_id, splitByChar('\\n', Settings['log_comment'])[1])";

    private StatementParser() {}

    /** @param sql a whole statement, or at least the head of an INSERT; its text in UTF-8 */
    public static Statement parse(byte[] sql) {
        Scanner scanner = new Scanner(sql);
        Token first = scanner.next();
        while (first != null && first.text().equals("(")) first = scanner.next();
        if (first == null) return new Statement.Empty();
        if (first.is("INSERT")) {
            Statement insert = insert(sql, scanner);
            if (insert != null) return insert;
        }
        return parse(sql, first.text().toUpperCase(Locale.ROOT));
    }

    private static Statement parse(byte[] sql, String keyword) {
        boolean kills = keyword.equals("KILL");
        List<Token> killing = new ArrayList<>();
        FormatClause format = new FormatClause();
        boolean writes = false;
        boolean ended = false;
        Scanner scanner = new Scanner(sql);
        for (Token token = scanner.next(); token != null; token = scanner.next()) {
            if (ended && !token.text().equals(";")) return new Statement.Several(token.start());
            ended = token.text().equals(";");
            writes |= token.isTop("INSERT");
            format.follow(token);
            if (kills) killing.add(token);
        }
        if (kills && killing.size() > 1 && killing.get(1).is("QUERY")) return kill(sql, killing, format.name());
        if (SELECTS.contains(keyword) && !writes) return new Statement.Select(format.name());
        return new Statement.Other(LOOKS.contains(keyword), format.name());
    }

    /** Null for an INSERT that brings no data of its own: from a SELECT, or cut off. */
    private static @Nullable Statement insert(byte[] sql, Scanner scanner) {
        Token previous = scanner.next();
        // The table's name comes first, and may be any word: only behind it do keywords begin.
        while (previous != null && (previous.is("INTO") || previous.is("TABLE") || previous.is("FUNCTION")))
            previous = scanner.next();
        for (Token token = scanner.next(); token != null; token = scanner.next()) {
            boolean keyword = previous == null || !previous.text().equals(".");
            if (keyword && (token.isTop("SELECT") || token.isTop("WITH") || token.isTop("INFILE"))) return null;
            if (keyword && token.isTop("VALUES")) return new Statement.Insert(token.start(), "Values", token.end());
            if (keyword && token.isTop("FORMAT")) {
                Token name = scanner.next();
                return name == null
                        ? null
                        : new Statement.Insert(token.start(), name.value(), dataStart(sql, name.end()));
            }
            previous = token;
        }
        return null;
    }

    /** Behind a format's name: blanks, then at most one line end, which do not belong to the data. */
    private static int dataStart(byte[] sql, int end) {
        int at = end;
        while (at < sql.length && (sql[at] == ' ' || sql[at] == '\t' || sql[at] == '\f')) at++;
        if (at < sql.length && sql[at] == '\r') at++;
        if (at < sql.length && sql[at] == '\n') at++;
        return at;
    }

    private static Statement.Kill kill(byte[] sql, List<Token> tokens, Optional<String> format) {
        StringBuilder rewritten = new StringBuilder();
        List<String> ids = new ArrayList<>();
        boolean waits = false;
        int copied = 0;
        for (Token token : tokens) {
            if (token.kind() == Kind.STRING) ids.add(token.value());
            boolean id = token.kind() != Kind.STRING && token.value().equals("query_id");
            boolean sync = token.isTop("SYNC");
            waits |= sync;
            if (!id && !sync) continue;
            rewritten.append(text(sql, copied, token.start())).append(id ? CALLERS_ID : "ASYNC");
            copied = token.end();
        }
        rewritten.append(text(sql, copied, sql.length));
        return new Statement.Kill(rewritten.toString(), List.copyOf(ids), waits, format);
    }

    private static String text(byte[] sql, int from, int to) {
        return new String(sql, from, to - from, StandardCharsets.UTF_8);
    }
}
