package dev.turnkeep.platform.limit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Numbers the requests of one key in one window. Instances share the count through a store, which is asked one question at
 * a time: requests that come meanwhile are counted together by the next. Far from the limit nobody waits for the answer.
 *
 * <p>State: guarded by this.
 */
final class SharedCount {
    private final Store store;
    private List<Waiting> waiting = new ArrayList<>();
    /** What the store has last said; 0 before it has said anything. */
    private long known;
    /** Requests that the store is being told of. */
    private long telling;
    /** Requests that it has not been told of. */
    private long untold;
    /** What could not be told. */
    private long here;

    SharedCount(Store store) {
        this.store = store;
    }

    /** Where instances meet. */
    interface Store {
        /** Adds so many requests and answers how many there are then; fails when it is away. */
        CompletionStage<Long> add(long requests);
    }

    /** @param place among those that the store is told of together, from 1 */
    private record Waiting(long place, CompletableFuture<Long> number) {}

    /**
     * The number of one more request. Exact among all instances near the limit; before half of it, it may miss what others
     * have counted during the last answer's way. May wait for the store: for virtual threads only.
     */
    long next(long limit) {
        CompletableFuture<Long> number = new CompletableFuture<>();
        synchronized (this) {
            untold++;
            long guess = known + telling + untold;
            if (known > 0 && guess <= limit / 2) {
                number.complete(guess);
            } else {
                waiting.add(new Waiting(untold, number));
            }
        }
        tell();
        return number.join();
    }

    private void tell() {
        List<Waiting> asking;
        long told;
        synchronized (this) {
            if (telling > 0 || untold == 0) {
                return;
            }
            told = untold;
            telling = told;
            untold = 0;
            asking = waiting;
            waiting = new ArrayList<>();
        }
        var unused = store.add(told).whenComplete((total, away) -> {
            long last = away == null ? heard(total) : countHere(told);
            asking.forEach(each -> each.number().complete(last - told + each.place()));
            tell();
        });
    }

    private synchronized long heard(long total) {
        known = total;
        telling = 0;
        return total;
    }

    /** While the store is away, each instance allows as much as all of them together. */
    private synchronized long countHere(long told) {
        here += told;
        known = 0;
        telling = 0;
        return here;
    }
}
