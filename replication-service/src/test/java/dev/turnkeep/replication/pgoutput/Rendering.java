package dev.turnkeep.replication.pgoutput;

import dev.turnkeep.replication.pgoutput.Message.Before;
import dev.turnkeep.replication.pgoutput.Message.Begin;
import dev.turnkeep.replication.pgoutput.Message.Commit;
import dev.turnkeep.replication.pgoutput.Message.Delete;
import dev.turnkeep.replication.pgoutput.Message.Emitted;
import dev.turnkeep.replication.pgoutput.Message.Insert;
import dev.turnkeep.replication.pgoutput.Message.NamedType;
import dev.turnkeep.replication.pgoutput.Message.Origin;
import dev.turnkeep.replication.pgoutput.Message.Relation;
import dev.turnkeep.replication.pgoutput.Message.Truncate;
import dev.turnkeep.replication.pgoutput.Message.Update;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A message in words, without what differs from server to server: positions, times and oids. */
final class Rendering {
    private static final int LONG_VALUE = 64;

    private Rendering() {}

    static String of(Message message, Decoder decoder) {
        return switch (message) {
            case Begin _ -> "begin";
            case Commit _ -> "commit";
            case Relation relation ->
                "relation %s.%s %s %s"
                        .formatted(
                                relation.schema(),
                                relation.table(),
                                relation.identity(),
                                relation.columns().stream()
                                        .map(column -> (column.key() ? "*" : "") + column.name())
                                        .collect(Collectors.joining(",")));
            case NamedType type -> "type %s.%s".formatted(type.schema(), type.name());
            case Origin origin -> "origin " + origin.name();
            case Emitted emitted ->
                "emitted %s %s %s"
                        .formatted(
                                emitted.transactional(),
                                emitted.prefix(),
                                new String(emitted.content(), StandardCharsets.UTF_8));
            case Insert(int table, Tuple row) -> "insert %s %s".formatted(name(decoder, table), tuple(row));
            case Update(int table, Before before, Tuple row) ->
                "update %s %s %s".formatted(name(decoder, table), before(before), tuple(row));
            case Delete(int table, Before before) -> "delete %s %s".formatted(name(decoder, table), before(before));
            case Truncate truncate ->
                "truncate %s cascade=%s restart=%s"
                        .formatted(
                                truncate.relations().stream()
                                        .map(oid -> name(decoder, oid))
                                        .toList(),
                                truncate.cascade(),
                                truncate.restartIdentity());
        };
    }

    private static String name(Decoder decoder, int oid) {
        return decoder.relation(oid).table();
    }

    private static String before(@Nullable Before before) {
        return before == null ? "-" : (before.keyOnly() ? "key" : "old") + tuple(before.row());
    }

    private static String tuple(Tuple tuple) {
        return IntStream.range(0, tuple.size())
                .mapToObj(i -> switch (tuple.form(i)) {
                    case NULL -> "null";
                    case UNCHANGED -> "unchanged";
                    case TEXT -> "'" + tuple.text(i) + "'";
                    case BINARY ->
                        tuple.length(i) > LONG_VALUE
                                ? tuple.length(i) + " bytes"
                                : HexFormat.of().formatHex(tuple.bytes(i));
                })
                .collect(Collectors.joining(" ", "(", ")"));
    }
}
