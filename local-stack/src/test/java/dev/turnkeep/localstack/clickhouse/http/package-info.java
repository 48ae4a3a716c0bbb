@NullMarked
package dev.turnkeep.localstack.clickhouse.http;

import org.jspecify.annotations.NullMarked;
