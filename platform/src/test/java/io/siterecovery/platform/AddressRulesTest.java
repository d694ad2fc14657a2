package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siterecovery.platform.AddressRules.Cidr;
import io.siterecovery.platform.AddressRules.Forbidden;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRulesTest {

    private static final AddressRules ANYWHERE = new AddressRules(List.of(), List.of());
    private static final AddressRules TEN =
            new AddressRules(
                    List.of(Cidr.parse("10.96.0.0/12")), List.of(Cidr.parse("10.0.0.0/8")));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.254",
                "0.0.0.0",
                "0.1.2.3",
                "169.254.169.254",
                "100.100.100.200",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "ff02::1",
                "fd00:ec2::254",
                "::ffff:127.0.0.1",
                "::ffff:169.254.169.254",
                "64:ff9b::7f00:1"
            })
    void nobody_makes_us_call_ourselves_our_neighbours_or_a_metadata_service(String address) {
        assertThatThrownBy(() -> ANYWHERE.check(InetAddress.ofLiteral(address)))
                .isInstanceOf(Forbidden.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1.2.3", "192.168.1.1", "172.16.0.1", "203.0.113.7", "2001:db8::1"})
    void real_clusters_live_in_private_and_public_ranges(String address) {
        ANYWHERE.check(InetAddress.ofLiteral(address));
    }

    @ParameterizedTest
    @ValueSource(strings = {"11.0.0.1", "192.168.1.1", "2001:db8::1", "127.0.0.1"})
    void where_ranges_are_named_nothing_else_is_called(String address) {
        assertThatThrownBy(() -> TEN.check(InetAddress.ofLiteral(address)))
                .isInstanceOf(Forbidden.class);
    }

    @Test
    void what_is_forbidden_to_all_is_forbidden_within_a_range_that_is_allowed() {
        TEN.check(InetAddress.ofLiteral("10.1.2.3"));
        assertThatThrownBy(() -> TEN.check(InetAddress.ofLiteral("10.96.0.1")))
                .isInstanceOf(Forbidden.class)
                .hasMessageContaining("10.96.0.1")
                .hasMessageContaining("10.96.0.0/12");
    }

    @Test
    void loopback_is_called_where_it_is_named() throws UnknownHostException {
        AddressRules sandbox = new AddressRules(List.of(), List.of(Cidr.parse("127.0.0.0/8")));
        sandbox.check(URI.create("https://127.0.0.1:6443"));
        assertThatThrownBy(() -> sandbox.check(URI.create("https://[::1]:6443")))
                .isInstanceOf(Forbidden.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "localhost/8",
                "10.0.0/8",
                "/8",
                "::/129",
                "10.0.0.0/8/8",
                "10.0.0.0/x"
            })
    void what_is_no_range_is_refused_and_never_looked_up(String text) {
        assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Whoever owns the name may point it elsewhere after it was checked. */
    @Test
    void a_name_leads_nowhere_else_later() throws Exception {
        assertThat(ServiceLoader.load(InetAddressResolverProvider.class))
                .anyMatch(provider -> provider instanceof GuardedNames);
        Pointing names = new Pointing();
        InetAddressResolver guarded = GuardedNames.around(names);
        names.at = InetAddress.ofLiteral("10.1.2.3");
        try (GuardedNames.Guard _ = GuardedNames.guard(URI.create("https://api.test:6443"), TEN)) {
            assertThat(guarded.lookupByName("API.test", LookupPolicy.of(LookupPolicy.IPV4)))
                    .containsExactly(names.at);
            names.at = InetAddress.ofLiteral("127.0.0.1");
            assertThatThrownBy(
                            () ->
                                    guarded.lookupByName(
                                            "api.test", LookupPolicy.of(LookupPolicy.IPV4)))
                    .isInstanceOf(UnknownHostException.class);
        }
        assertThat(guarded.lookupByName("api.test", LookupPolicy.of(LookupPolicy.IPV4)))
                .containsExactly(names.at);
    }

    /** A name server in the hands of somebody else. */
    private static final class Pointing implements InetAddressResolver {

        private InetAddress at = InetAddress.getLoopbackAddress();

        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) {
            return Stream.of(at);
        }

        @Override
        public String lookupByAddress(byte[] address) {
            return "api.test";
        }
    }
}
