/** ClickHouse, asked for what Postgres cannot answer quickly. The service works without it. */
@NullMarked
package dev.turnkeep.session.clickhouse;

import org.jspecify.annotations.NullMarked;
