package dev.turnkeep.replication.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.replication.stream.Version;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A row as the quarantine keeps it: {@code [{"name","type","key","hex"}]}, the values in Postgres' binary format and without
 * {@code hex} where null. With names and types beside them they can be mapped again, to columns that were mended meanwhile.
 */
record RowDocument(List<PublishedColumn> columns, TableRow row) {
    private static final ObjectMapper JSON = new ObjectMapper();

    String toJson() {
        ArrayNode document = JSON.createArrayNode();
        for (int i = 0; i < columns.size(); i++) {
            PublishedColumn column = columns.get(i);
            ObjectNode node = document.addObject()
                    .put("name", column.name())
                    .put("type", column.typeOid())
                    .put("key", column.key());
            if (row.cells().get(i) instanceof Cell.Present(ByteBuffer bytes)) node.put("hex", Literal.hex(bytes));
        }
        return document.toString();
    }

    static RowDocument parse(String json, Version version, boolean deleted) throws JsonProcessingException {
        List<PublishedColumn> columns = new ArrayList<>();
        List<Cell> cells = new ArrayList<>();
        for (JsonNode node : JSON.readTree(json)) {
            columns.add(new PublishedColumn(
                    node.path("name").asText(),
                    node.path("type").asInt(),
                    node.path("key").asBoolean()));
            JsonNode hex = node.get("hex");
            cells.add(
                    hex == null
                            ? Cell.Absent.NULL
                            : Cell.Present.of(HexFormat.of().parseHex(hex.asText())));
        }
        return new RowDocument(columns, new TableRow(RowKey.of(columns, cells), version, deleted, List.copyOf(cells)));
    }
}
