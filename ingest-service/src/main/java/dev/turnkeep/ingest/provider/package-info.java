/**
 * Reads what providers' clients send and what providers answer: requests into messages, responses into one message with
 * its usage, raw response bytes into the same. Pure: bytes in, values or an {@code Invalid} out. To add a provider, write
 * its {@code ProviderFormat} and name it in {@code Provider}.
 */
@NullMarked
package dev.turnkeep.ingest.provider;

import org.jspecify.annotations.NullMarked;
