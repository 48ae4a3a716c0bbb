/** YAML and JSON files as trees. */
@NullMarked
package dev.turnkeep.ops.document;

import org.jspecify.annotations.NullMarked;
