package io.siterecovery.platform;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a deployment's API servers may be. A tenant says where they are; the platform says where
 * they cannot be, so that nobody makes us call our own host, its neighbours or a metadata service.
 *
 * @param forbidden to all: the quorum cluster's own pod, service and node ranges
 * @param allowed if any are named, only there; loopback and link-local only if named
 */
public record AddressRules(List<Cidr> forbidden, List<Cidr> allowed) {

    /** Anything goes: for clusters of our own. */
    public static final AddressRules OURS =
            new AddressRules(List.of(), List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")));

    /** An address that is not called, and why; names the address and the rule. */
    public static final class Forbidden extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Forbidden(String reason) {
            super(reason);
        }
    }

    /** A range of addresses. */
    public record Cidr(List<Byte> network, int prefixBits) {

        /**
         * @param text as in {@code 10.0.0.0/8} or {@code fd00::/8}
         * @throws IllegalArgumentException if it is anything else: a name is never looked up
         */
        public static Cidr parse(String text) {
            int slash = text.indexOf('/');
            if (slash < 0 || !text.substring(0, slash).matches("[0-9a-fA-F.:]+")) {
                throw new IllegalArgumentException("not a range of addresses: " + text);
            }
            try {
                byte[] address = plain(InetAddress.ofLiteral(text.substring(0, slash)));
                int bits = Integer.parseInt(text.substring(slash + 1));
                if (bits < 0 || bits > address.length * Byte.SIZE) {
                    throw new IllegalArgumentException("not a length of a prefix: " + text);
                }
                return new Cidr(boxed(address), bits);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("not a range of addresses: " + text, e);
            }
        }

        boolean contains(byte[] address) {
            if (address.length != network.size()) {
                return false;
            }
            for (int bit = 0; bit < prefixBits; bit++) {
                int mask = 0x80 >>> bit % Byte.SIZE;
                if ((address[bit / Byte.SIZE] & mask) != (network.get(bit / Byte.SIZE) & mask)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String toString() {
            byte[] bytes = new byte[network.size()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = network.get(i);
            }
            try {
                return InetAddress.getByAddress(bytes).getHostAddress() + "/" + prefixBits;
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }

        private static List<Byte> boxed(byte[] address) {
            List<Byte> bytes = new ArrayList<>();
            for (byte one : address) {
                bytes.add(one);
            }
            return List.copyOf(bytes);
        }
    }

    /**
     * Looks the name up and refuses it if any of its addresses is out of bounds: which of them is
     * called is not ours to choose. Blocks.
     *
     * @throws Forbidden naming the address and the rule
     * @throws UnknownHostException if nobody knows the name
     */
    public void check(URI server) throws UnknownHostException {
        String host = server.getHost();
        if (host == null) {
            throw new Forbidden("the server has no host name");
        }
        for (InetAddress address : InetAddress.getAllByName(host.replaceAll("^\\[|]$", ""))) {
            check(address);
        }
    }

    /**
     * @throws Forbidden naming the address and the rule
     */
    public void check(InetAddress address) {
        byte[] bytes = plain(address);
        String shown = address.getHostAddress();
        if (address.isAnyLocalAddress() || address.isMulticastAddress() || isBroadcast(bytes)) {
            throw new Forbidden(shown + " is no address of one machine");
        }
        for (Cidr range : forbidden) {
            if (range.contains(bytes)) {
                throw new Forbidden(shown + " is in " + range + ", which no deployment may call");
            }
        }
        boolean named = allowed.stream().anyMatch(range -> range.contains(bytes));
        if (named) {
            return;
        }
        if (isOwn(bytes)) {
            throw new Forbidden(shown + " is a loopback, link-local or metadata address");
        }
        if (!allowed.isEmpty()) {
            throw new Forbidden(
                    shown + " is not in the ranges allowed to this deployment: " + allowed);
        }
    }

    private static boolean isOwn(byte[] address) {
        return OWN.stream().anyMatch(range -> range.contains(address));
    }

    /** Loopback, link-local (the metadata services of clouds among them), shared and unique. */
    private static final List<Cidr> OWN =
            List.of(
                    Cidr.parse("127.0.0.0/8"),
                    Cidr.parse("::1/128"),
                    Cidr.parse("169.254.0.0/16"),
                    Cidr.parse("fe80::/10"),
                    Cidr.parse("fd00:ec2::/32"),
                    Cidr.parse("0.0.0.0/8"),
                    Cidr.parse("100.100.100.200/32"));

    private static boolean isBroadcast(byte[] address) {
        return address.length == 4 && Arrays.equals(address, new byte[] {-1, -1, -1, -1});
    }

    /** An IPv4 address in the clothes of IPv6 is what it is underneath. */
    private static byte[] plain(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address || bytes.length != 16) {
            return bytes;
        }
        boolean zeros = true;
        for (int i = 0; i < 10; i++) {
            zeros &= bytes[i] == 0;
        }
        boolean mapped = zeros && bytes[10] == -1 && bytes[11] == -1;
        boolean nat64 =
                bytes[0] == 0 && bytes[1] == 0x64 && bytes[2] == -1 && bytes[3] == (byte) 0x9b;
        return mapped || nat64 ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
    }
}
