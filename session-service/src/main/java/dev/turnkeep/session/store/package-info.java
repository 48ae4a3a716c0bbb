/** How the API reaches Postgres: inside one organisation, or as the operator. */
@NullMarked
package dev.turnkeep.session.store;

import org.jspecify.annotations.NullMarked;
