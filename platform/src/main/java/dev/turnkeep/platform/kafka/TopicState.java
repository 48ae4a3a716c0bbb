package dev.turnkeep.platform.kafka;

/** What is known of the topics. */
public sealed interface TopicState {
    /** Whether they may be written to. */
    boolean writable();

    /** Never seen yet: a write could make a topic with the wrong settings. */
    record Waiting(String reason) implements TopicState {
        @Override
        public boolean writable() {
            return false;
        }
    }

    /** All there, as required. */
    record Verified() implements TopicState {
        @Override
        public boolean writable() {
            return true;
        }
    }

    /** They were as required, and the cluster does not answer at the moment: writes wait for it. */
    record Away(String reason) implements TopicState {
        @Override
        public boolean writable() {
            return true;
        }
    }

    /** A topic is not as required; an operator has to change it. */
    record Refused(String reason) implements TopicState {
        @Override
        public boolean writable() {
            return false;
        }
    }
}
