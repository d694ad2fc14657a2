package io.siterecovery.sandbox.kubernetes.cel;

/** An expression that does not compile, or whose evaluation ended in an error. */
public final class CelFailure extends Exception {
    private static final long serialVersionUID = 1L;

    CelFailure(String message) {
        super(message);
    }
}
