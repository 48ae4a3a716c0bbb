package dev.turnkeep.session.access;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.RequestScoped;
import java.util.Collection;

/** {@link Access} for the request at hand, for resources. */
@RequestScoped
public class Gate {
    private final Access access;
    private final CurrentVertxRequest current;

    public Gate(Access access, CurrentVertxRequest current) {
        this.access = access;
        this.current = current;
    }

    public void operator(Route route) {
        access.operator(request(), route);
    }

    public Caller identify() {
        return access.identify(request());
    }

    public Caller keyHolder(Route route) {
        return access.keyHolder(request(), route);
    }

    public Caller sessions(Route route) {
        return access.sessions(request(), route);
    }

    public Granted session(Route route, SessionRef session) {
        return access.session(request(), route, session);
    }

    public void task(Caller caller, Route route, String task) {
        access.task(caller, route, task);
    }

    public Caller tasks(Route route, Collection<String> tasks) {
        return access.tasks(request(), route, tasks);
    }

    private HttpServerRequest request() {
        return current.getCurrent().request();
    }
}
