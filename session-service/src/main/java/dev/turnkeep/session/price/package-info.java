/** Which prices turns are charged by, what is kept of them, and how a cost is explained. */
@NullMarked
package dev.turnkeep.session.price;

import org.jspecify.annotations.NullMarked;
