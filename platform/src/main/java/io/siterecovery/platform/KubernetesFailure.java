package io.siterecovery.platform;

/**
 * Why a call to a cluster's API did not do what was asked. {@link Reason#UNREACHABLE} says nothing
 * about whether a write happened.
 */
public final class KubernetesFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public enum Reason {
        NOT_FOUND,
        /** The object is not what the caller thought: its version, or what a patch tested. */
        CONFLICT,
        ALREADY_EXISTS,
        /** Not authorized, or refused by an admission policy with that reason. */
        FORBIDDEN,
        /** Refused by the schema or by an admission policy. */
        INVALID,
        /** No answer within the deadline: nothing is known. */
        UNREACHABLE,
        /** The version to watch from is too old (410). */
        EXPIRED,
        /** The credential leads to another cluster than the zone says. */
        WRONG_CLUSTER,
        OTHER
    }

    private final Reason reason;
    private final int code;

    /**
     * @param code the HTTP status; 0 without an answer
     */
    public KubernetesFailure(Reason reason, int code, String message) {
        super(message);
        this.reason = reason;
        this.code = code;
    }

    public Reason reason() {
        return reason;
    }

    public int code() {
        return code;
    }

    public String message() {
        return String.valueOf(getMessage());
    }
}
