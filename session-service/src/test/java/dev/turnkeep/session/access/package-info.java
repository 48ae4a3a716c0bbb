@NullMarked
package dev.turnkeep.session.access;

import org.jspecify.annotations.NullMarked;
