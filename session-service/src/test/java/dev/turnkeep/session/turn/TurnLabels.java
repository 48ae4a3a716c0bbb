package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.turn.SessionBlock;
import dev.turnkeep.contracts.turn.TurnRecord;

/** Turns whose labels no border would let through, as another writer to the topic might make them. */
final class TurnLabels {
    private TurnLabels() {}

    static TurnRecord named(TurnRecord turn, String name) {
        SessionBlock said = turn.session();
        SessionBlock block = new SessionBlock(
                said.harness(),
                said.harnessSession(),
                said.session(),
                said.external(),
                said.actor(),
                said.subject(),
                said.harnessVersion(),
                said.cwd(),
                name,
                said.parentHarness(),
                said.parentHarnessSession(),
                said.harnessMetadata());
        return new TurnRecord(
                turn.id(),
                turn.address(),
                turn.synthetic(),
                block,
                turn.requestId(),
                turn.callersTime(),
                turn.provider(),
                turn.model(),
                turn.agent(),
                turn.threadId(),
                turn.status(),
                turn.stopReason(),
                turn.stopKind(),
                turn.error(),
                turn.usage(),
                turn.latencyNanos(),
                turn.toolCalls(),
                turn.toolErrors(),
                turn.costNanoUsd(),
                turn.nodes(),
                turn.system(),
                turn.tools(),
                turn.params(),
                turn.meta(),
                turn.traceparent());
    }
}
