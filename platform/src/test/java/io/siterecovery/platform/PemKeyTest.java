package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemKeyTest {

    private static final int PKCS8_ENVELOPE_BYTES = 26;

    @ParameterizedTest
    @CsvSource({"RSA,1024", "EC,256", "EC,384", "Ed25519,255"})
    void reads_pkcs8_of_every_algorithm(String algorithm, int bits) throws Exception {
        PrivateKey key = key(algorithm, bits);
        assertThat(PemKey.read(pem("PRIVATE KEY", key.getEncoded()))).isEqualTo(key);
    }

    /** The size says nothing of the form, and small keys are made at once. */
    @Test
    void reads_pkcs1() throws Exception {
        PrivateKey key = key("RSA", 1024);
        byte[] pkcs8 = key.getEncoded();
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, PKCS8_ENVELOPE_BYTES, pkcs8.length);
        assertThat(PemKey.read(pem("RSA PRIVATE KEY", pkcs1))).isEqualTo(key);
    }

    @Test
    void reads_sec1_with_its_parameters_block_before_it() throws Exception {
        // openssl ecparam -name prime256v1 -genkey, and the same through openssl pkcs8 -topk8
        String sec1 =
                """
                -----BEGIN EC PARAMETERS-----
                BggqhkjOPQMBBw==
                -----END EC PARAMETERS-----
                -----BEGIN EC PRIVATE KEY-----
                MHcCAQEEILCBlFNpv3Ko+jp4BChyQNmFjLkPT4TJahjkUFrrHin1oAoGCCqGSM49
                AwEHoUQDQgAE3kTeje6amj91J6sP76XYynanAqJOqFAua3N50QFXtmTUNiBakXJW
                SwemmzJ1xVSGUnnk+o4XPbNUReBDDZr0JQ==
                -----END EC PRIVATE KEY-----
                """;
        String pkcs8 =
                """
                -----BEGIN PRIVATE KEY-----
                MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsIGUU2m/cqj6OngE
                KHJA2YWMuQ9PhMlqGORQWuseKfWhRANCAATeRN6N7pqaP3Unqw/vpdjKdqcCok6o
                UC5rc3nRAVe2ZNQ2IFqRclZLB6abMnXFVIZSeeT6jhc9s1RF4EMNmvQl
                -----END PRIVATE KEY-----
                """;
        assertThat(((ECPrivateKey) PemKey.read(sec1)).getS())
                .isEqualTo(((ECPrivateKey) PemKey.read(pkcs8)).getS());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMIT/////AgEB\n-----END EC PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"
            })
    void what_is_no_key_is_refused(String pem) {
        assertThatThrownBy(() -> PemKey.read(pem)).isInstanceOf(GeneralSecurityException.class);
    }

    private static PrivateKey key(String algorithm, int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair().getPrivate();
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
                .formatted(what, Base64.getMimeEncoder().encodeToString(der));
    }
}
