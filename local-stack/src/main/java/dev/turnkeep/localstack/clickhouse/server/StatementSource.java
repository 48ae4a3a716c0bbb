package dev.turnkeep.localstack.clickhouse.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnkeep.localstack.clickhouse.engine.ClickHouseException;
import dev.turnkeep.localstack.clickhouse.sql.Statement;
import dev.turnkeep.localstack.clickhouse.sql.StatementParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;

/** A statement and, for an INSERT, the data behind it. */
final class StatementSource {

    // An INSERT's head has to fit in here; a server takes no longer statement unless max_query_size is raised.
    private static final int HEAD = 256 * 1024;
    private static final int LONGEST = 2 * 1024 * 1024;

    private final Statement statement;
    private final byte[] sql;
    private final InputStream data;

    private StatementSource(Statement statement, byte[] sql, InputStream data) {
        this.statement = statement;
        this.sql = sql;
        this.data = data;
    }

    /** The statement may come in the URL, in the body, or begin in the one and go on in the other. */
    static StatementSource read(String ofUrl, InputStream body) throws IOException {
        byte[] begin = ofUrl.isEmpty() ? new byte[0] : (ofUrl + "\n").getBytes(UTF_8);
        int wanted = Math.max(0, HEAD - begin.length);
        byte[] first = body.readNBytes(wanted);
        // A decoder that has told its end must not be asked again.
        boolean ended = first.length < wanted;
        byte[] head = joined(begin, first);
        Statement statement = StatementParser.parse(head);
        if (statement instanceof Statement.Insert insert) {
            InputStream rest = new ByteArrayInputStream(head, insert.data(), head.length - insert.data());
            return new StatementSource(
                    statement, Arrays.copyOf(head, insert.head()), ended ? rest : new SequenceInputStream(rest, body));
        }
        byte[] more = ended ? new byte[0] : body.readNBytes(Math.max(1, LONGEST + 1 - head.length));
        if (head.length + more.length > LONGEST)
            throw ClickHouseException.of(
                    ClickHouseException.SYNTAX_ERROR, "SYNTAX_ERROR", "The statement is longer than 2 MiB");
        if (more.length == 0) return new StatementSource(statement, head, InputStream.nullInputStream());
        byte[] sql = joined(head, more);
        return new StatementSource(StatementParser.parse(sql), sql, InputStream.nullInputStream());
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    Statement statement() {
        return statement;
    }

    /** Without its data; of an INSERT without its FORMAT clause, too. */
    byte[] sql() {
        return sql;
    }

    /** Of an INSERT, still to be read. */
    InputStream data() {
        return data;
    }
}
