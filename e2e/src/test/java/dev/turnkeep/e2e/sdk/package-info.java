/** The session API by the client that it was made for, unmodified. */
@NullMarked
package dev.turnkeep.e2e.sdk;

import org.jspecify.annotations.NullMarked;
