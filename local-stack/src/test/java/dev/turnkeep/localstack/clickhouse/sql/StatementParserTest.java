package dev.turnkeep.localstack.clickhouse.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementParserTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t |FORMAT RowBinary\n^",
                "INSERT INTO t|\nFORMAT RowBinary \t\r\n^",
                "insert into t (a, b) |format JSONEachRow ^",
                "INSERT INTO t |VALUES^",
                "INSERT INTO t (a) SETTINGS async_insert = 1, x = 'FORMAT y' |VALUES^",
                "INSERT INTO values |VALUES^",
                "INSERT INTO format |FORMAT TSV\n^",
                "INSERT INTO db.values |FORMAT CSV\n^",
                "INSERT INTO `odd ' FORMAT name` |FORMAT CSV\n^",
                "INSERT INTO t /* VALUES ( */ -- FORMAT x\n |FORMAT TSV\n^",
                "INSERT INTO FUNCTION file('a', 'CSV') |FORMAT TSV ^",
                "INSERT INTO TABLE t (values, format) |VALUES^",
            })
    void findsTheHeadAndTheDataOfAnInsert(String marked) {
        // Given: the head ends at the bar, the data begin at the caret
        int head = marked.indexOf('|');
        String sql = marked.replace("|", "").replace("^", "");

        // When
        var insert = (Statement.Insert) parse(sql + "'(\u0000\n");

        // Then
        assertThat(sql.substring(0, insert.head()).strip())
                .isEqualTo(marked.substring(0, head).strip());
        assertThat(insert.data()).isEqualTo(sql.length());
    }

    @Test
    void takesAtMostOneLineEndFromTheData() {
        // When
        var insert = (Statement.Insert) parse("INSERT INTO t FORMAT RowBinary\n\n\n");

        // Then
        assertThat(insert).isEqualTo(new Statement.Insert(14, "RowBinary", 31));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t SELECT * FROM s FORMAT CSV",
                "INSERT INTO t (a) SELECT 1",
                "INSERT INTO t WITH 1 AS x SELECT x",
                "INSERT INTO t (SELECT 1)",
                "INSERT INTO t FROM INFILE 'x' FORMAT CSV",
                "WITH 1 AS x INSERT INTO t SELECT x",
                "CREATE TABLE t (a Int8) ENGINE = Memory",
                "SYSTEM FLUSH LOGS",
            })
    void runsWhatBringsNoDataAsItIs(String sql) {
        assertThat(parse(sql)).isInstanceOfSatisfying(Statement.Other.class, other -> assertThat(other.readOnly())
                .isFalse());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "  (SELECT 1) UNION ALL (SELECT 2)",
                "/* a comment */ with 1 AS x SELECT x",
                "FROM t SELECT a",
                "-- first\nSELECT 'INSERT INTO t VALUES'",
            })
    void streamsSelects(String sql) {
        assertThat(parse(sql)).isEqualTo(new Statement.Select(Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SELECT 1 FORMAT JSON                    | JSON
            SELECT 1 format TSVWithNames;           | TSVWithNames
            SELECT 1 FORMAT CSV SETTINGS x = 1      | CSV
            SELECT 1 FORMAT Null -- at the end      | Null
            """)
    void findsTheFormatOfAResult(String sql, String format) {
        assertThat(parse(sql)).isEqualTo(new Statement.Select(Optional.of(format)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 'FORMAT JSON'",
                "SELECT format('{}', x) FROM t",
                "SELECT format AS f FROM t WHERE format = 'x'",
                "SELECT format f FROM t",
                "SELECT * FROM (SELECT 1 FORMAT JSON)",
            })
    void takesNoOtherWordForAFormat(String sql) {
        assertThat(parse(sql)).isEqualTo(new Statement.Select(Optional.empty()));
    }

    @Test
    void lookingIsNotWriting() {
        assertThat(parse("SHOW TABLES")).isEqualTo(new Statement.Other(true, Optional.empty()));
        assertThat(parse("EXPLAIN indexes = 1 SELECT 1")).isEqualTo(new Statement.Other(true, Optional.empty()));
        assertThat(parse("DROP TABLE t")).isEqualTo(new Statement.Other(false, Optional.empty()));
    }

    @Test
    void givesQueryIdTheMeaningThatTheCallerHasOfIt() {
        // When
        var kill = (Statement.Kill) parse("KILL QUERY WHERE query_id = 'a''b' AND user != 'query_id' SYNC FORMAT TSV");

        // Then
        assertThat(kill.sql())
                .startsWith("KILL QUERY WHERE if(Settings['log_comment'] = '', query_id, ")
                .endsWith(" = 'a''b' AND user != 'query_id' ASYNC FORMAT TSV");
        assertThat(kill.ids()).containsExactly("a'b", "query_id");
        assertThat(kill.waits()).isTrue();
        assertThat(kill.format()).contains("TSV");
    }

    @Test
    void leavesAMutationToTheEngine() {
        assertThat(parse("KILL MUTATION WHERE mutation_id = 'x'")).isInstanceOf(Statement.Other.class);
    }

    @Test
    void noticesASecondStatementButNoSecondSemicolon() {
        assertThat(parse("SELECT 1; SELECT 2")).isEqualTo(new Statement.Several(10));
        assertThat(parse("SELECT ';'; -- ; SELECT 2\n;;")).isInstanceOf(Statement.Select.class);
    }

    @Test
    void findsNothingInBlanksAndComments() {
        assertThat(parse("  -- nothing\n /* at all */ ")).isEqualTo(new Statement.Empty());
        assertThat(parse("")).isEqualTo(new Statement.Empty());
    }

    @Test
    void readsHereDocumentsAsText() {
        assertThat(parse("SELECT $tag$ ; FORMAT JSON $tag$")).isEqualTo(new Statement.Select(Optional.empty()));
    }

    @Test
    void survivesWhateverIsCutOff() {
        byte[] sql = "INSERT INTO `t` (a) SELECT $x$ ' $x$, \"q\", 'it\\'s' FORMAT TSV".getBytes(UTF_8);
        for (int length = 0; length <= sql.length; length++)
            assertThat(StatementParser.parse(Arrays.copyOf(sql, length))).isNotInstanceOf(Statement.Insert.class);
    }

    private static Statement parse(String sql) {
        return StatementParser.parse(sql.getBytes(UTF_8));
    }
}
