/** Protobuf without generated classes. */
@NullMarked
package dev.turnkeep.platform.proto;

import org.jspecify.annotations.NullMarked;
