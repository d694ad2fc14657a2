package io.siterecovery.sandbox.quickstart;

/** The quickstart cannot go on; the message is for the user: what was seen and what to do. */
final class QuickstartFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    QuickstartFailure(String message) {
        super(message);
    }

    QuickstartFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
