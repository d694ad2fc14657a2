package io.siterecovery.platform;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where one cluster's API is and who we are there: all that is ever taken from a kubeconfig.
 *
 * @param server an https address
 * @param certificateAuthority PEM
 */
public record Kubeconfig(URI server, String certificateAuthority, Credential credential) {

    /** How we authenticate; never printed. */
    public sealed interface Credential {

        record Token(String value) implements Credential {
            @Override
            public String toString() {
                return "Token[redacted]";
            }
        }

        /** Both PEM. */
        record ClientCertificate(String certificate, String key) implements Credential {
            @Override
            public String toString() {
                return "ClientCertificate[redacted]";
            }
        }
    }

    /** A kubeconfig that is not used, and why: names keys and limits, never values. */
    public static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        Refused(String reason) {
            super(reason);
        }

        Refused(String reason, @Nullable Throwable cause) {
            super(reason, cause);
        }
    }

    @Override
    public String toString() {
        return "Kubeconfig[server=" + server + ", credential=" + credential + "]";
    }
}
