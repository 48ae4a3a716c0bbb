@NullMarked
package dev.turnkeep.session.openapi;

import org.jspecify.annotations.NullMarked;
