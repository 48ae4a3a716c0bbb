package dev.turnkeep.contracts.json;

/**
 * Numbers as RFC 8785 writes them: the double nearest to the literal, in the form of ECMAScript's
 * {@code Number::toString}. A literal beyond the range of doubles, such as {@code 1e400}, has no such form and is kept
 * as it was written; one too small for a double is 0.
 */
final class CanonicalNumber {
    /** Every integer of so many digits is a double, and is its own canonical form. */
    private static final int EXACT_DIGITS = 15;

    private CanonicalNumber() {}

    /** The canonical form of a JSON number literal. */
    static String of(String literal) {
        if (isPlainInteger(literal)) {
            return literal;
        }
        double value = Double.parseDouble(literal);
        if (value == 0) {
            return "0";
        }
        return Double.isInfinite(value) ? literal : format(value);
    }

    private static boolean isPlainInteger(String literal) {
        int digits = literal.charAt(0) == '-' ? 1 : 0;
        if (literal.length() - digits > EXACT_DIGITS || literal.equals("-0")) {
            return false;
        }
        for (int i = digits; i < literal.length(); i++) {
            if (literal.charAt(i) < '0' || literal.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static String format(double value) {
        String sign = value < 0 ? "-" : "";
        double magnitude = Math.abs(value);
        Decimal decimal = Decimal.shortest(magnitude);
        return sign + decimal.ecmaScript();
    }

    /** 0.digits × 10^point. */
    private record Decimal(String digits, int point) {
        /** Takes apart what {@link Double#toString} writes: {@code 12.5}, {@code 1.0E21}, {@code 1.234E-5}. */
        static Decimal shortest(double value) {
            String text = Double.toString(value);
            int e = text.indexOf('E');
            int exponent = e < 0 ? 0 : Integer.parseInt(text.substring(e + 1));
            String mantissa = e < 0 ? text : text.substring(0, e);
            int dot = mantissa.indexOf('.');
            String digits = mantissa.substring(0, dot) + mantissa.substring(dot + 1);
            int zeros = 0;
            while (digits.charAt(zeros) == '0') {
                zeros++;
            }
            int last = digits.length();
            while (digits.charAt(last - 1) == '0') {
                last--;
            }
            return new Decimal(digits.substring(zeros, last), dot + exponent - zeros).orShorter(value);
        }

        /** Java never looks for fewer than two digits ({@code 4.9E-324}), ECMAScript does ({@code 5e-324}). */
        private Decimal orShorter(double value) {
            if (digits.length() != 2) {
                return this;
            }
            int units = Integer.parseInt(digits);
            int rounded = (units + 5) / 10;
            Decimal shorter = rounded == 10 ? new Decimal("1", point + 1) : new Decimal("" + rounded, point);
            return Double.parseDouble("0." + shorter.digits + "E" + shorter.point) == value ? shorter : this;
        }

        String ecmaScript() {
            int count = digits.length();
            if (point > 21 || point <= -6) {
                int exponent = point - 1;
                String fraction = count == 1 ? "" : "." + digits.substring(1);
                return digits.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + Math.abs(exponent);
            }
            if (point <= 0) {
                return "0." + "0".repeat(-point) + digits;
            }
            if (count <= point) {
                return digits + "0".repeat(point - count);
            }
            return digits.substring(0, point) + "." + digits.substring(point);
        }
    }
}
