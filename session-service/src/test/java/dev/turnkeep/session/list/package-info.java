@NullMarked
package dev.turnkeep.session.list;

import org.jspecify.annotations.NullMarked;
