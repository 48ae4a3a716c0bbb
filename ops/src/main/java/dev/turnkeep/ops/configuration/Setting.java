package dev.turnkeep.ops.configuration;

import java.util.Locale;

/**
 * One setting of a service.
 *
 * @param name such as {@code turnkeep.reaper.reap.every}; a free part is written {@code <key>}
 * @param type what it is given as, in a word and an example of its form
 * @param standard its default; empty when it has none
 * @param required whether a service does not start without it
 * @param meaning what it does, as Markdown
 */
record Setting(String name, String type, String standard, boolean required, String meaning) {
    /** The environment variable; of a free part only its place can be told. */
    String variable() {
        return variable(name);
    }

    /** The same of any setting's name; that of a variable is the variable. */
    static String variable(String name) {
        return name.replace("<key>", "{KEY}").replaceAll("[^A-Za-z0-9{}]", "_").toUpperCase(Locale.ROOT);
    }
}
