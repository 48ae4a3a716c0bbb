package dev.turnkeep.localstack.clickhouse.sql;

import java.util.List;
import java.util.Optional;

/** What a statement is, as far as it decides how it is run. */
public sealed interface Statement {

    /**
     * An INSERT with data behind it.
     *
     * @param head the bytes before {@code FORMAT} or {@code VALUES}
     * @param format of the data
     * @param data offset of its first byte
     */
    record Insert(int head, String format, int data) implements Statement {}

    /**
     * A SELECT, whose result can be fetched piece by piece.
     *
     * @param format the one it asks for itself
     */
    record Select(Optional<String> format) implements Statement {}

    /**
     * A KILL QUERY.
     *
     * @param sql rewritten so that {@code query_id} means the id that the caller gave, and never to wait
     * @param ids the string literals in it, which are most likely such ids
     * @param waits whether the caller wants the killed statements gone before the answer
     */
    record Kill(String sql, List<String> ids, boolean waits, Optional<String> format) implements Statement {}

    /**
     * Anything else.
     *
     * @param readOnly whether it only looks: SHOW, DESCRIBE, EXPLAIN, EXISTS
     * @param format the one it asks for itself
     */
    record Other(boolean readOnly, Optional<String> format) implements Statement {}

    /** Nothing but blanks and comments. */
    record Empty() implements Statement {}

    /** More than one statement: ClickHouse's HTTP interface runs one at a time. */
    record Several(int second) implements Statement {}
}
