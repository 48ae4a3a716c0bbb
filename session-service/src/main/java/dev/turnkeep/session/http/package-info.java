/** What every answer has in common: the form of errors, and what browsers of other origins may read. */
@NullMarked
package dev.turnkeep.session.http;

import org.jspecify.annotations.NullMarked;
