package dev.turnkeep.localstack.clickhouse.server;

/** Quoting for the little SQL that is put together here. */
final class Quoted {

    private Quoted() {}

    static String literal(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    static String name(String identifier) {
        return "`" + identifier.replace("\\", "\\\\").replace("`", "\\`") + "`";
    }
}
