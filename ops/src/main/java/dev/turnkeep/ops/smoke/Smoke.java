package dev.turnkeep.ops.smoke;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Uses every feature once and says of each whether it works; the exit status is 1 when one does not. */
public final class Smoke {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final PrintStream out;
    private final Calls calls = new Calls();
    private final List<String> failed = new ArrayList<>();

    private Smoke(PrintStream out) {
        this.out = out;
    }

    /** Addresses as arguments ({@code SESSION_URL=…}) or in the environment. */
    public static void main(String[] arguments) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals > 0) {
                environment.put(argument.substring(0, equals), argument.substring(equals + 1));
            }
        }
        Deployment deployment;
        try {
            deployment = Deployment.of(environment);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        System.exit(new Smoke(System.out).run(deployment) ? 0 : 1);
    }

    /** Whether everything works; the report goes to {@code out}. */
    public static boolean run(Map<String, String> environment, PrintStream out) {
        return new Smoke(out).run(Deployment.of(environment));
    }

    private boolean run(Deployment deployment) {
        out.println("sessions at " + deployment.sessions() + ", ingest at " + deployment.ingest());
        Tenant tenant;
        try {
            tenant = Tenant.of(deployment, calls);
        } catch (RuntimeException e) {
            out.println("FAIL  an organisation and its key cannot be made: " + said(e));
            return false;
        }
        new AdministrationSmoke(this, tenant).run();
        new TurnsSmoke(this, tenant).run();
        new SessionsSmoke(this, tenant).run();
        new ControlSmoke(this, tenant).run();
        new ChannelsSmoke(this, tenant).run();
        new RealtimeSmoke(this, tenant).run();
        new BackgroundSmoke(this, tenant).run();
        check("every route was called", () -> {
            Set<String> missing = new TreeSet<>();
            missing.addAll(calls.missing(
                    deployment.sessions(), Operations.of(tenant.sessions().with(""))));
            missing.addAll(calls.missing(
                    deployment.ingest(), Operations.of(tenant.ingest().with(""))));
            missing.addAll(Management.missing(calls, deployment));
            if (!missing.isEmpty()) {
                throw new Unexpected("this does not know of " + missing);
            }
        });
        out.println(failed.isEmpty() ? "all is well" : failed.size() + " failed: " + String.join(", ", failed));
        return failed.isEmpty();
    }

    /** One thing that has to work. What comes after it is tried all the same. */
    void check(String what, Runnable use) {
        long start = System.nanoTime();
        String trouble = "";
        try {
            use.run();
        } catch (RuntimeException e) {
            trouble = said(e);
        }
        long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
        out.printf(Locale.ROOT, "%-4s %6d ms  %s%n", trouble.isEmpty() ? "ok" : "FAIL", millis, what);
        if (!trouble.isEmpty()) {
            out.println("     " + trouble);
            failed.add(what);
        }
    }

    private static String said(RuntimeException e) {
        return e instanceof Unexpected ? String.valueOf(e.getMessage()) : e.toString();
    }

    /** Asks until it is so, for twenty seconds. */
    static void until(String what, Supplier<Boolean> condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.get()) {
            if (System.nanoTime() > deadline) {
                throw new Unexpected("waited " + PATIENCE.toSeconds() + " s in vain until " + what);
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Unexpected("interrupted");
            }
        }
    }
}
