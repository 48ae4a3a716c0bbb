package dev.turnkeep.replication.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.clickhouse.ClickHouseSql;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What {@code deploy/clickhouse} holds is for servers that no test has; that it can be read is seen here. */
@WithLocalStack
class DeployIT {
    private static final Path DEPLOY = Path.of("..", "deploy", "clickhouse");

    private final TestSpace space;

    DeployIT(TestSpace space) {
        this.space = space;
    }

    @Test
    void boundsEveryLogThatItConfigures() throws Exception {
        try (Stream<Path> files = Files.list(DEPLOY.resolve("config.d"))) {
            List<Path> all = files.toList();
            assertThat(all).isNotEmpty();
            for (Path file : all) {
                Element root = DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(file.toFile())
                        .getDocumentElement();
                assertThat(root.getTagName()).isEqualTo("clickhouse");
                NodeList logs = root.getElementsByTagName("*");
                for (int i = 0; i < logs.getLength(); i++) {
                    Element log = (Element) logs.item(i);
                    if (log.getTagName().endsWith("_log")) {
                        assertThat(log.hasAttribute("remove")
                                        || log.getElementsByTagName("ttl").getLength() == 1)
                                .as("%s: %s has an end", file, log.getTagName())
                                .isTrue();
                    }
                }
            }
        }
    }

    @Test
    void hasStatementsForUsersThatTheEngineUnderstands() throws Exception {
        // Given
        String text = Files.readString(DEPLOY.resolve("users.sql")).replaceAll("(?m)^--.*$", "");
        List<String> statements = Arrays.stream(text.split(";"))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                // They are given by the administrator's client.
                .map(statement -> statement.replaceAll("\\{\\w+:String}", "'secret'"))
                .toList();

        // Then
        assertThat(statements).hasSizeGreaterThan(6);
        for (String statement : statements) {
            assertThat(ClickHouseSql.run(space.clickhouse(), "EXPLAIN AST " + statement))
                    .as(statement)
                    .isNotEmpty();
        }
        assertThat(statements)
                .filteredOn(statement -> statement.startsWith("GRANT") && statement.endsWith("TO turnkeep_reader"))
                .allSatisfy(grant -> assertThat(grant)
                        .containsPattern("^GRANT SELECT ON turnkeep\\.(sessions|turns|session_events) TO"));
    }
}
