@NullMarked
package dev.turnkeep.session.erase;

import org.jspecify.annotations.NullMarked;
