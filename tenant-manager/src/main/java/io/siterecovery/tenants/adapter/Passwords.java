package io.siterecovery.tenants.adapter;

import java.security.SecureRandom;
import java.util.Base64;

/** Passwords that nobody guesses: 192 bits. */
public final class Passwords {

    private static final int BYTES = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    public static String next() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private Passwords() {}
}
