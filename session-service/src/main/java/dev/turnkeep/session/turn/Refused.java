package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.problem.Problem;

/** A turn that can never be stored, and why: it goes to the dead-letter topic. */
record Refused(PendingTurn turn, Problem problem, String detail) {}
