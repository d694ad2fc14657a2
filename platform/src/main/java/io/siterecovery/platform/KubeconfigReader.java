package io.siterecovery.platform;

import io.siterecovery.platform.StrictYaml.Node;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads a kubeconfig that someone else wrote. Takes the address, the certificate authority and one
 * credential given as data, and refuses everything else by name: a kubeconfig can name programs to
 * run, files to read and proxies to call, and whoever passes it to a general parser runs, reads and
 * calls them.
 */
public final class KubeconfigReader {

    private static final int MAX_SHOWN_KEY = 64;
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

    /**
     * @param document UTF-8, at most 64 KiB
     * @throws Kubeconfig.Refused with a reason that holds no value of the document
     */
    public static Kubeconfig read(byte[] document) throws Kubeconfig.Refused {
        if (document.length > StrictYaml.MAX_BYTES) {
            throw new Kubeconfig.Refused("larger than " + StrictYaml.MAX_BYTES + " bytes");
        }
        Section root = section("kubeconfig", StrictYaml.read(utf8(document)));
        root.allowOnly(
                "apiVersion",
                "kind",
                "clusters",
                "users",
                "contexts",
                "current-context",
                "preferences");
        root.requireWord("apiVersion", "v1");
        root.requireWord("kind", "Config");
        if (root.has("preferences")) {
            root.child("preferences").allowOnly();
        }
        Section context = root.onlyEntry("contexts", "context");
        Section cluster = root.onlyEntry("clusters", "cluster");
        Section user = root.onlyEntry("users", "user");
        if (root.has("current-context")) {
            root.requireWord("current-context", context.entry());
        }
        context.allowOnly("cluster", "user", "namespace");
        context.requireWord("cluster", cluster.entry());
        context.requireWord("user", user.entry());
        cluster.allowOnly("server", "certificate-authority-data");
        return new Kubeconfig(
                server(cluster.text("server")),
                certificate(cluster, "certificate-authority-data"),
                credential(user));
    }

    /** A key as it may be shown to its author: short, and nothing that moves a cursor. */
    static String shown(String key) {
        String printable = key.replaceAll("[^\\x20-\\x7e]", "?");
        return printable.length() <= MAX_SHOWN_KEY
                ? printable
                : printable.substring(0, MAX_SHOWN_KEY) + "…";
    }

    private static Kubeconfig.Credential credential(Section user) throws Kubeconfig.Refused {
        user.allowOnly("token", "client-certificate-data", "client-key-data");
        boolean certificate = user.has("client-certificate-data") || user.has("client-key-data");
        if (user.has("token") == certificate) {
            throw new Kubeconfig.Refused(
                    "the user needs either token, or client-certificate-data and client-key-data");
        }
        if (!certificate) {
            String token = user.text("token");
            if (!TOKEN.matcher(token).matches()) {
                throw new Kubeconfig.Refused("token is empty or has characters no token has");
            }
            return new Kubeconfig.Credential.Token(token);
        }
        String key = pem(user, "client-key-data");
        try {
            PemKey.read(key);
        } catch (GeneralSecurityException e) {
            throw new Kubeconfig.Refused("client-key-data is not a PEM private key");
        }
        return new Kubeconfig.Credential.ClientCertificate(
                certificate(user, "client-certificate-data"), key);
    }

    private static URI server(String text) throws Kubeconfig.Refused {
        URI server;
        try {
            server = new URI(text);
        } catch (URISyntaxException e) {
            throw new Kubeconfig.Refused("server is not an address");
        }
        if (!"https".equals(server.getScheme())
                || server.getHost() == null
                || server.getRawUserInfo() != null
                || server.getRawQuery() != null
                || server.getRawFragment() != null) {
            throw new Kubeconfig.Refused("server must be https://<host>[:<port>][/<path>]");
        }
        return server;
    }

    private static String certificate(Section section, String key) throws Kubeconfig.Refused {
        String pem = pem(section, key);
        try {
            if (Tls.certificates(pem).isEmpty()) {
                throw new Kubeconfig.Refused(key + " holds no certificate");
            }
        } catch (GeneralSecurityException e) {
            throw new Kubeconfig.Refused(key + " is not a PEM certificate");
        }
        return pem;
    }

    private static String pem(Section section, String key) throws Kubeconfig.Refused {
        try {
            return utf8(Base64.getDecoder().decode(section.text(key)));
        } catch (IllegalArgumentException e) {
            throw new Kubeconfig.Refused(key + " is not Base64");
        }
    }

    private static String utf8(byte[] bytes) throws Kubeconfig.Refused {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new Kubeconfig.Refused("not UTF-8");
        }
    }

    private static Section section(String where, Node node) throws Kubeconfig.Refused {
        if (node instanceof Node.Fields(Map<String, Node> byKey)) {
            return new Section(where, "", byKey);
        }
        throw new Kubeconfig.Refused(where + " is not a map");
    }

    /**
     * A map of the document.
     *
     * @param entry the {@code name} beside it, where it is an entry of a named list
     */
    private record Section(String where, String entry, Map<String, Node> byKey) {

        boolean has(String key) {
            return byKey.containsKey(key);
        }

        void allowOnly(String... keys) throws Kubeconfig.Refused {
            Set<String> allowed = Set.of(keys);
            for (String key : byKey.keySet()) {
                if (!allowed.contains(key)) {
                    throw new Kubeconfig.Refused(
                            "key " + shown(key) + " of " + where + " is not accepted");
                }
            }
        }

        String text(String key) throws Kubeconfig.Refused {
            if (byKey.get(key) instanceof Node.Text(String value)) {
                return value;
            }
            throw new Kubeconfig.Refused(where + " needs the text " + key);
        }

        void requireWord(String key, String word) throws Kubeconfig.Refused {
            if (!text(key).equals(word)) {
                throw new Kubeconfig.Refused(key + " of " + where + " is not " + shown(word));
            }
        }

        Section child(String key) throws Kubeconfig.Refused {
            Node node = byKey.get(key);
            if (node == null) {
                throw new Kubeconfig.Refused(where + " needs " + key);
            }
            return section(key, node);
        }

        Section onlyEntry(String list, String key) throws Kubeconfig.Refused {
            if (!(byKey.get(list) instanceof Node.Items(List<Node> nodes)) || nodes.size() != 1) {
                throw new Kubeconfig.Refused(list + " must have exactly one entry");
            }
            Section entry = section(list, nodes.getFirst());
            entry.allowOnly("name", key);
            return new Section(key, entry.text("name"), entry.child(key).byKey());
        }
    }
}
