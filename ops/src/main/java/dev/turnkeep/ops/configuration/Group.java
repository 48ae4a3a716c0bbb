package dev.turnkeep.ops.configuration;

import java.util.List;

/**
 * The settings of one interface.
 *
 * @param module the module that reads them
 * @param prefix what all their names begin with
 * @param meaning what they are for, as Markdown
 */
record Group(String module, String prefix, String meaning, List<Setting> settings) {
    Group {
        settings = List.copyOf(settings);
    }
}
