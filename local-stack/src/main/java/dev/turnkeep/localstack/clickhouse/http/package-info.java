/** A small HTTP/1.1 server on blocking sockets, which can notice a client that left and cut a response short. */
@NullMarked
package dev.turnkeep.localstack.clickhouse.http;

import org.jspecify.annotations.NullMarked;
