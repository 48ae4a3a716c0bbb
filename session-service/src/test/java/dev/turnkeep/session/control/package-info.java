@NullMarked
package dev.turnkeep.session.control;

import org.jspecify.annotations.NullMarked;
