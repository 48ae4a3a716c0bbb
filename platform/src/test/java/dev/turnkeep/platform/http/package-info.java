@NullMarked
package dev.turnkeep.platform.http;

import org.jspecify.annotations.NullMarked;
