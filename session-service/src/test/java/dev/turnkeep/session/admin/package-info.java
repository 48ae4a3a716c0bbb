@NullMarked
package dev.turnkeep.session.admin;

import org.jspecify.annotations.NullMarked;
