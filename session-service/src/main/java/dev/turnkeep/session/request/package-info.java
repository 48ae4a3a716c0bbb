/** What requests carry, checked at the border. */
@NullMarked
package dev.turnkeep.session.request;

import org.jspecify.annotations.NullMarked;
