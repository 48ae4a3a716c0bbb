package dev.turnkeep.session.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Map;

/**
 * What Postgres can keep of JSON: it has no NUL and no lone surrogate, and it writes numbers out in full, so that a short
 * exponent would become a long row.
 */
final class Storable {
    private static final int DIGITS = 400;

    private Storable() {}

    static void require(String field, JsonNode value) {
        if (value.isTextual()) {
            require(field, value.textValue());
        } else if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            if (Math.abs((long) number.scale()) > DIGITS || number.precision() > DIGITS) {
                throw Fields.refused(field, "Numbers of at most " + DIGITS + " digits");
            }
        } else if (value.isObject()) {
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                require(field, member.getKey());
                require(field, member.getValue());
            }
        } else if (value.isArray()) {
            value.forEach(item -> require(field, item));
        }
    }

    private static void require(String field, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (c == 0 || (Character.isSurrogate(c) && !pair)) {
                throw Fields.refused(field, "No NUL and no lone surrogate");
            }
            if (pair) {
                i++;
            }
        }
    }
}
