package io.siterecovery.sandbox.kubernetes.patch;

/** A patch that cannot be read (malformed) or does not fit the object. */
public final class PatchFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean malformed;

    private PatchFailure(boolean malformed, String message) {
        super(message);
        this.malformed = malformed;
    }

    static PatchFailure malformed(String message) {
        return new PatchFailure(true, message);
    }

    static PatchFailure doesNotFit(String message) {
        return new PatchFailure(false, message);
    }

    public boolean isMalformed() {
        return malformed;
    }
}
