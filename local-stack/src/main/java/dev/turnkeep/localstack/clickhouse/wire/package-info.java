/** What bytes look like on the wire: ClickHouse's compressed frames, HTTP codings. */
@NullMarked
package dev.turnkeep.localstack.clickhouse.wire;

import org.jspecify.annotations.NullMarked;
