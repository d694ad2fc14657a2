package io.siterecovery.platform;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Looks host names up for the whole process. A name that a tenant gave us leads nowhere but where
 * the tenant may call, each time it is looked up: who owns it could point it elsewhere after we
 * have checked it.
 */
public final class GuardedNames extends InetAddressResolverProvider {

    private static final Map<String, List<AddressRules>> RULES = new ConcurrentHashMap<>();

    /** Until it is closed, a name leads only where its rules allow. */
    interface Guard extends AutoCloseable {
        @Override
        void close();
    }

    static Guard guard(URI server, AddressRules rules) {
        String name = String.valueOf(server.getHost()).toLowerCase(Locale.ROOT);
        RULES.compute(
                name,
                (host, known) -> {
                    List<AddressRules> all = known == null ? new CopyOnWriteArrayList<>() : known;
                    all.add(rules);
                    return all;
                });
        return () ->
                RULES.computeIfPresent(
                        name,
                        (host, all) -> {
                            all.remove(rules);
                            return all.isEmpty() ? null : all;
                        });
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        return around(configuration.builtinResolver());
    }

    static InetAddressResolver around(InetAddressResolver other) {
        return new Guarded(other);
    }

    @Override
    public String name() {
        return "site-recovery";
    }

    private record Guarded(InetAddressResolver builtIn) implements InetAddressResolver {

        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
                throws UnknownHostException {
            Stream<InetAddress> found = builtIn.lookupByName(host, policy);
            List<AddressRules> rules = RULES.get(host.toLowerCase(Locale.ROOT));
            if (rules == null) {
                return found;
            }
            List<InetAddress> permitted =
                    found.filter(address -> rules.stream().anyMatch(r -> r.permit(address)))
                            .toList();
            if (permitted.isEmpty()) {
                throw new UnknownHostException(host + ": leads where nobody may call");
            }
            return permitted.stream();
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            return Objects.requireNonNull(builtIn.lookupByAddress(address));
        }
    }
}
