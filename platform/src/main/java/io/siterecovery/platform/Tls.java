package io.siterecovery.platform;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Whom one cluster's connection trusts, and what it shows: nothing but what its kubeconfig has. */
record Tls(List<KeyManager> keyManagers, List<TrustManager> trustManagers) {

    private static final char[] NO_PASSWORD = new char[0];

    /**
     * @throws GeneralSecurityException if a certificate or a key cannot be read
     */
    static Tls of(Kubeconfig kubeconfig) throws GeneralSecurityException {
        KeyStore trusted = emptyStore();
        for (Certificate certificate : certificates(kubeconfig.certificateAuthority())) {
            trusted.setCertificateEntry("ca-" + trusted.size(), certificate);
        }
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return new Tls(keyManagers(kubeconfig.credential()), List.of(trust.getTrustManagers()));
    }

    static List<Certificate> certificates(String pem) throws GeneralSecurityException {
        return new ArrayList<>(
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(
                                new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8))));
    }

    private static List<KeyManager> keyManagers(Kubeconfig.Credential credential)
            throws GeneralSecurityException {
        return switch (credential) {
            case Kubeconfig.Credential.Token token -> List.of();
            case Kubeconfig.Credential.ClientCertificate(String certificate, String key) -> {
                KeyStore own = emptyStore();
                own.setKeyEntry(
                        "client",
                        PemKey.read(key),
                        NO_PASSWORD,
                        certificates(certificate).toArray(new Certificate[0]));
                KeyManagerFactory managers =
                        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                managers.init(own, NO_PASSWORD);
                yield List.of(managers.getKeyManagers());
            }
        };
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, NO_PASSWORD);
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
        return store;
    }
}
