package dev.turnkeep.replication.pgoutput;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values of a row, in the order of its relation's columns. They stay in the message's bytes until they are asked for:
 * most of a row is copied once, to its sink. Immutable.
 */
public final class Tuple {
    private static final byte[] NONE = new byte[0];

    /** In what form a value came. */
    public enum Form {
        NULL,
        /** Stored out of line and not changed by the update: the server does not send it. */
        UNCHANGED,
        TEXT,
        BINARY
    }

    private final byte[] message;
    private final Form[] forms;
    // Of column i: from bounds[2i] to bounds[2i + 1].
    private final int[] bounds;

    Tuple(byte[] message, Form[] forms, int[] bounds) {
        this.message = message;
        this.forms = forms;
        this.bounds = bounds;
    }

    /** A row made by hand; null is null. */
    public static Tuple ofTexts(@Nullable String... values) {
        Form[] forms = new Form[values.length];
        int[] bounds = new int[2 * values.length];
        byte[][] parts = new byte[values.length][];
        int end = 0;
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            forms[i] = value == null ? Form.NULL : Form.TEXT;
            parts[i] = value == null ? NONE : value.getBytes(StandardCharsets.UTF_8);
            bounds[2 * i] = end;
            end += parts[i].length;
            bounds[2 * i + 1] = end;
        }
        byte[] joined = new byte[end];
        for (int i = 0; i < parts.length; i++) {
            System.arraycopy(parts[i], 0, joined, bounds[2 * i], parts[i].length);
        }
        return new Tuple(joined, forms, bounds);
    }

    /** How many columns. */
    public int size() {
        return forms.length;
    }

    public Form form(int column) {
        return forms[column];
    }

    /** The length of a value in bytes; 0 when there is none. */
    public int length(int column) {
        return bounds[2 * column + 1] - bounds[2 * column];
    }

    /** A copy of a value's bytes; empty when there is none. */
    public byte[] bytes(int column) {
        return Arrays.copyOfRange(message, bounds[2 * column], bounds[2 * column + 1]);
    }

    /** The array that {@link #offset} and {@link #length} are about: not to be written to. */
    public byte[] array() {
        return message;
    }

    /** Where a value's bytes begin in {@link #array}. */
    public int offset(int column) {
        return bounds[2 * column];
    }

    /** A value's bytes as UTF-8, whatever its form; the text of a value in text form. */
    public String text(int column) {
        return new String(message, offset(column), length(column), StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof Tuple that) || !Arrays.equals(forms, that.forms)) {
            return false;
        }
        for (int i = 0; i < forms.length; i++) {
            if (!Arrays.equals(
                    message,
                    bounds[2 * i],
                    bounds[2 * i + 1],
                    that.message,
                    that.bounds[2 * i],
                    that.bounds[2 * i + 1])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = Arrays.hashCode(forms);
        for (int i = 0; i < forms.length; i++) {
            hash = Objects.hash(hash, Arrays.hashCode(bytes(i)));
        }
        return hash;
    }

    /** The forms and lengths; never the values, which belong to tenants. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Tuple[");
        for (int i = 0; i < forms.length; i++) {
            text.append(i == 0 ? "" : ", ").append(forms[i]).append(' ').append(length(i));
        }
        return text.append(']').toString();
    }
}
