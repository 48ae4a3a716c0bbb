/** Runs the engines and the services on one machine: {@code make run}, {@code make up}, {@code make down}. */
@NullMarked
package dev.turnkeep.localstack.run;

import org.jspecify.annotations.NullMarked;
