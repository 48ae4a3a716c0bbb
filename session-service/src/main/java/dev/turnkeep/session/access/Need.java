package dev.turnkeep.session.access;

/** What a route asks of its caller besides an action. */
public enum Need {
    /** The operator's credential, which is no organisation's key. */
    OPERATOR,
    /** A key itself: a public token is not enough, whatever its scopes. */
    KEY,
    /** The action on all sessions together. */
    SESSIONS,
    /** The action on the session that the path names. */
    SESSION,
    /** The action on the task that the body names, or on all sessions. */
    TASK,
    /** The action on all sessions, on all tasks, or on each of the tasks that the list is filtered by. */
    TASKS
}
