package io.siterecovery.platform;

import org.jspecify.annotations.Nullable;

/** Whether a deployment shares its instances with others; the label of its namespace says so. */
enum Isolation {
    POOLED,
    DEDICATED,

    /** Neither word: nobody runs it until somebody has said what was meant. */
    UNKNOWN;

    static final String DEDICATED_WORD = "dedicated";
    private static final String POOLED_WORD = "pooled";

    static Isolation of(@Nullable String label) {
        if (label == null || label.equals(POOLED_WORD)) {
            return POOLED;
        }
        return label.equals(DEDICATED_WORD) ? DEDICATED : UNKNOWN;
    }
}
