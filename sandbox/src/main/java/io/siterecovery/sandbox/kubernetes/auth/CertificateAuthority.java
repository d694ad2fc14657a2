package io.siterecovery.sandbox.kubernetes.auth;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * Issues the server's certificate and one per user, all from a key that never leaves the process.
 */
public final class CertificateAuthority {
    private static final Duration VALIDITY = Duration.ofDays(365);
    private static final Duration SKEW = Duration.ofHours(1);

    /** A certificate with its private key, both as PEM text. */
    public record Credential(String certificatePem, String keyPem) {
        @Override
        public String toString() {
            return "Credential[redacted]";
        }
    }

    private final X509Bundle authority;

    public CertificateAuthority(String clusterName) {
        authority =
                built(
                        () ->
                                template("CN=" + Rdn.escapeValue(clusterName + "-ca"))
                                        .setIsCertificateAuthority(true)
                                        .setKeyUsage(
                                                true,
                                                CertificateBuilder.KeyUsage.keyCertSign,
                                                CertificateBuilder.KeyUsage.digitalSignature)
                                        .buildSelfSigned());
    }

    public String certificatePem() {
        return authority.getCertificatePEM();
    }

    public Credential server() {
        return credential(
                built(
                        () ->
                                template("CN=kube-apiserver")
                                        .addSanIpAddress("127.0.0.1")
                                        .addSanDnsName("localhost")
                                        .addSanDnsName("kubernetes.default.svc")
                                        .setKeyUsage(
                                                true, CertificateBuilder.KeyUsage.digitalSignature)
                                        .addExtendedKeyUsageServerAuth()
                                        .buildIssuedBy(authority)));
    }

    public Credential client(User user) {
        StringBuilder subject = new StringBuilder("CN=" + Rdn.escapeValue(user.name()));
        user.groups().forEach(group -> subject.append(",O=").append(Rdn.escapeValue(group)));
        return credential(
                built(
                        () ->
                                template(subject.toString())
                                        .setKeyUsage(
                                                true, CertificateBuilder.KeyUsage.digitalSignature)
                                        .addExtendedKeyUsageClientAuth()
                                        .buildIssuedBy(authority)));
    }

    /** Reads the user back from the subject of a verified client certificate. */
    public static User userOf(Principal subject) {
        String name = "";
        List<String> groups = new ArrayList<>();
        try {
            String text =
                    subject instanceof X500Principal x500
                            ? x500.getName(X500Principal.RFC2253)
                            : subject.getName();
            for (Rdn rdn : new LdapName(text).getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN")) {
                    name = rdn.getValue().toString();
                } else if (rdn.getType().equalsIgnoreCase("O")) {
                    groups.add(rdn.getValue().toString());
                }
            }
        } catch (InvalidNameException e) {
            throw new IllegalArgumentException("subject " + subject, e);
        }
        groups.add("system:authenticated");
        return new User(name, groups);
    }

    private static CertificateBuilder template(String subject) {
        Instant now = Instant.now();
        return new CertificateBuilder()
                .ecp256()
                .subject(subject)
                .notBefore(now.minus(SKEW))
                .notAfter(now.plus(VALIDITY));
    }

    private static Credential credential(X509Bundle bundle) {
        return new Credential(bundle.getCertificatePEM(), bundle.getPrivateKeyPEM());
    }

    private interface Build {
        X509Bundle run() throws Exception;
    }

    private static X509Bundle built(Build build) {
        try {
            return build.run();
        } catch (Exception e) {
            throw new IllegalStateException("cannot issue a certificate", e);
        }
    }
}
