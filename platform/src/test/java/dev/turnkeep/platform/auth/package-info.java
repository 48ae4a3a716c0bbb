@NullMarked
package dev.turnkeep.platform.auth;

import org.jspecify.annotations.NullMarked;
