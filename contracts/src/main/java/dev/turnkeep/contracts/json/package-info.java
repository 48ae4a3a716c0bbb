/** JSON as bytes: slices kept as given, the canonical form, strict UTF-8. */
@NullMarked
package dev.turnkeep.contracts.json;

import org.jspecify.annotations.NullMarked;
