@NullMarked
package dev.turnkeep.session.page;

import org.jspecify.annotations.NullMarked;
