@NullMarked
package dev.turnkeep.session.store;

import org.jspecify.annotations.NullMarked;
