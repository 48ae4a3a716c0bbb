package dev.turnkeep.session.channel.token;

import dev.turnkeep.platform.auth.Principal;
import dev.turnkeep.session.access.EnvironmentId;
import dev.turnkeep.session.channel.log.StreamAddress;
import java.time.Instant;

/**
 * What the bearer of a stream token may do: append to this one stream, and trim it, while it is open. It reads nothing.
 *
 * @param owner of the key that signed the token
 * @param until when it ends, if the stream is not closed and the key not revoked before
 */
public record StreamGrant(Principal owner, EnvironmentId environment, StreamAddress stream, Instant until) {}
