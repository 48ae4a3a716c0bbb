/** What the OpenAPI document says of every route alike. */
@NullMarked
package dev.turnkeep.ingest.openapi;

import org.jspecify.annotations.NullMarked;
