package dev.turnkeep.platform.start;

/**
 * Knows what some settings may be, alone and together. What cannot be read at all is reported before any check is asked.
 * Pure: it looks at configuration and at nothing else.
 */
public interface SettingsCheck {
    void check(Findings findings);
}
