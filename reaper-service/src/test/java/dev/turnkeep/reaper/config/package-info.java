@NullMarked
package dev.turnkeep.reaper.config;

import org.jspecify.annotations.NullMarked;
