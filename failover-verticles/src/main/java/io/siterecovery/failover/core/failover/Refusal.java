package io.siterecovery.failover.core.failover;

/**
 * Why a failover was refused, or ended. Each maps to a condition reason and a sentence that says
 * what was seen, what it prevents and what to do.
 *
 * @param reason one word, for programs
 * @param message a sentence, for people
 */
public record Refusal(String reason, String message) {

    static Refusal of(String reason, String message, Object... args) {
        return new Refusal(reason, message.formatted(args));
    }
}
