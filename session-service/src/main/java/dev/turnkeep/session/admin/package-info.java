/** Administration by the operator: organisations, environments, API keys. */
@NullMarked
package dev.turnkeep.session.admin;

import org.jspecify.annotations.NullMarked;
