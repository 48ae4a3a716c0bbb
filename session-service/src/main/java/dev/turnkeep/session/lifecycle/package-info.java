/** What people and programs ask of a session besides its turns: suspend, resume, end, close, and leases. */
@NullMarked
package dev.turnkeep.session.lifecycle;

import org.jspecify.annotations.NullMarked;
