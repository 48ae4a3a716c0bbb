package dev.turnkeep.platform.start;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with settings. Never their values, unless they are numbers, durations and sizes: one may be a secret. */
public final class Findings {
    private final List<String> refused = new ArrayList<>();
    private final List<String> doubtful = new ArrayList<>();

    /**
     * The service must not start with it.
     *
     * @param setting its name as a property
     * @param wrong what is wrong, and what to do
     */
    public void refuse(String setting, String wrong) {
        refused.add(setting + " (" + variable(setting) + "): " + wrong);
    }

    /** Refuses a setting unless something holds. */
    public void require(boolean so, String setting, String wrong) {
        if (!so) {
            refuse(setting, wrong);
        }
    }

    /** It works, and is probably not what was meant. */
    public void doubt(String setting, String why) {
        doubtful.add(setting + " (" + variable(setting) + "): " + why);
    }

    /** Refuses a number that is out of bounds, which are allowed themselves. */
    public void within(String setting, long value, long least, long most) {
        require(value >= least && value <= most, setting, "%d to %d, but it is %d".formatted(least, most, value));
    }

    /** Refuses a duration that is out of bounds, which are allowed themselves. */
    public void within(String setting, Duration value, Duration least, Duration most) {
        require(
                value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                setting,
                "%s to %s, but it is %s".formatted(least, most, value));
    }

    /** Refuses one of two durations that has to be the shorter one, and is not. */
    public void shorter(String setting, Duration value, String than, Duration other) {
        require(
                value.compareTo(other) < 0,
                setting,
                "has to be shorter than %s, which is %s, but it is %s".formatted(than, other, value));
    }

    public List<String> refused() {
        return List.copyOf(refused);
    }

    public List<String> doubtful() {
        return List.copyOf(doubtful);
    }

    /** The setting's name in the environment. */
    private static String variable(String setting) {
        StringBuilder name = new StringBuilder(setting.length());
        for (int i = 0; i < setting.length(); i++) {
            char c = setting.charAt(i);
            name.append(Character.isLetterOrDigit(c) ? Character.toUpperCase(c) : '_');
        }
        return name.toString();
    }
}
