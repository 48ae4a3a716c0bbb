package dev.turnkeep.session.list;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A session with its place, and its members as the API shows them. */
record Entry(Key key, Map<String, @Nullable Object> members) {}
