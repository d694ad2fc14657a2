package io.siterecovery.tests.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a benchmark found, in the order in which it is printed as the last line. */
final class Figures {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double THOUSANDTHS = 1000;

    private final Map<String, Object> figures = new LinkedHashMap<>();

    /** Rounded to three decimals: more would claim a precision that a shared machine has not. */
    Figures with(String name, double value) {
        figures.put(name, Math.round(value * THOUSANDTHS) / THOUSANDTHS);
        return this;
    }

    Figures with(String name, long value) {
        figures.put(name, value);
        return this;
    }

    Figures with(String name, Map<String, ?> values) {
        figures.put(name, values);
        return this;
    }

    String toJson() {
        try {
            return JSON.writeValueAsString(figures);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
