package dev.turnkeep.ingest.provider;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Amounts as others write them, of money and of time. */
public final class Amounts {
    /** As decimals and binary fractions are printed; an exponent of two digits cannot make a number that is dear to hold. */
    private static final Pattern FORM = Pattern.compile("[0-9]{1,18}(?:\\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?");

    private Amounts() {}

    /** Null for what is no number, or a negative one, or one of more digits than such amounts have. */
    public static @Nullable BigDecimal read(String text) {
        return FORM.matcher(text).matches() ? new BigDecimal(text) : null;
    }
}
