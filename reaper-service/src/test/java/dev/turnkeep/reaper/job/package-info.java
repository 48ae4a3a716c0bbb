@NullMarked
package dev.turnkeep.reaper.job;

import org.jspecify.annotations.NullMarked;
