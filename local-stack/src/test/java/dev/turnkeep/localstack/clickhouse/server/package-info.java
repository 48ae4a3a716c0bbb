@NullMarked
package dev.turnkeep.localstack.clickhouse.server;

import org.jspecify.annotations.NullMarked;
