package dev.turnkeep.replication.table;

import dev.turnkeep.replication.pgoutput.Message.Relation;
import java.util.List;

/**
 * A column as Postgres publishes it.
 *
 * @param typeOid the object id of its type
 * @param key whether it belongs to the table's replica identity
 */
record PublishedColumn(String name, int typeOid, boolean key) {
    static List<PublishedColumn> of(Relation relation) {
        return relation.columns().stream()
                .map(column -> new PublishedColumn(column.name(), column.type(), column.key()))
                .toList();
    }
}
