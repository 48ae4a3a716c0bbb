/** Who may do what: credentials, scopes, and the one table of routes. */
@NullMarked
package dev.turnkeep.session.access;

import org.jspecify.annotations.NullMarked;
