package io.siterecovery.platform;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a private key in the forms that kubeconfigs carry: PKCS#8, PKCS#1 (RSA) and SEC 1 (EC). The
 * JDK reads the first alone, so the others are put into its envelope.
 */
final class PemKey {

    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final byte[] VERSION_0 = hex("020100");
    private static final byte[] RSA = hex("300d06092a864886f70d0101010500");
    private static final byte[] EC_PUBLIC_KEY = hex("06072a8648ce3d0201");
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int EC_PARAMETERS = 0xa0;

    /**
     * @throws GeneralSecurityException if the text holds no key that can be read; its message does
     *     not quote it
     */
    static PrivateKey read(String pem) throws GeneralSecurityException {
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) {
            throw new InvalidKeySpecException("no private key");
        }
        byte[] der;
        byte[] pkcs8;
        try {
            der = Base64.getMimeDecoder().decode(block.group(2));
            pkcs8 =
                    switch (block.group(1)) {
                        case "RSA PRIVATE KEY" -> envelope(RSA, der);
                        case "EC PRIVATE KEY" ->
                                envelope(element(SEQUENCE, EC_PUBLIC_KEY, curve(der)), der);
                        default -> der;
                    };
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
            throw new InvalidKeySpecException("not a key");
        }
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                // of another algorithm, or of none: the last one settles it
            }
        }
        throw new InvalidKeySpecException("neither an RSA, an EC nor an Ed25519 key");
    }

    private static byte[] envelope(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, VERSION_0, algorithm, element(OCTETS, key));
    }

    /** The curve's OID: first of the optional fields after version and key. */
    private static byte[] curve(byte[] sec1) {
        int at = contentOf(sec1, 0);
        at = endOf(sec1, at);
        at = endOf(sec1, at);
        if ((sec1[at] & 0xff) != EC_PARAMETERS) {
            throw new IllegalArgumentException("an EC key without its curve");
        }
        return Arrays.copyOfRange(sec1, contentOf(sec1, at), endOf(sec1, at));
    }

    private static int contentOf(byte[] der, int at) {
        int length = der[at + 1] & 0xff;
        return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
    }

    private static int endOf(byte[] der, int at) {
        int content = contentOf(der, at);
        int length = der[at + 1] & 0xff;
        if (length >= 0x80) {
            length = 0;
            for (int i = at + 2; i < content; i++) {
                length = Math.addExact(Math.multiplyExact(length, 256), der[i] & 0xff);
            }
        }
        return Math.addExact(content, length);
    }

    private static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        int length = content.size();
        if (length < 0x80) {
            whole.write(length);
        } else {
            whole.write(0x82);
            whole.write(length >> 8);
            whole.write(length);
        }
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private PemKey() {}
}
