package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ProtectionZoneSpec.Site;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TenantTest {

    @ParameterizedTest
    @CsvSource({
        "cluster1, cluster1",
        "cluster2, cluster2",
        "east, cluster1",
        "dr-site, cluster2",
        "primary, cluster1",
        "primary-cluster, cluster1",
        "dr, cluster2",
        "dr-cluster, cluster2",
        "cluster3,",
        "quorum,",
        "'',"
    })
    void a_cluster_is_known_by_its_name_its_aliases_and_its_role(
            String word, @Nullable String expected) {
        Tenant tenant = tenant("cluster1", List.of("east"), "cluster2", List.of("dr-site"), null);
        assertThat(tenant.siteOf(word).orElse(null)).isEqualTo(expected);
    }

    @Test
    void a_name_wins_over_an_alias_and_an_alias_over_a_role() {
        Tenant odd = tenant("dr", null, "b", List.of("primary"), null);
        assertThat(odd.siteOf("dr")).contains("dr");
        assertThat(odd.siteOf("primary")).contains("b");
    }

    @Test
    void owns_the_namespaces_listed_or_all_where_none_is() {
        Tenant some = tenant("a", null, "b", null, List.of("production"));
        assertThat(some.ownsNamespace("production")).isTrue();
        assertThat(some.ownsNamespace("staging")).isFalse();
        assertThat(tenant("a", null, "b", null, null).ownsNamespace("staging")).isTrue();
    }

    @Test
    void a_zone_whose_clusters_cannot_be_told_apart_is_no_tenant() {
        assertThat(tenant("a", null, "b", null, null).fault()).isEmpty();
        assertThat(tenant("a", null, "a", null, null).fault()).isPresent();
        assertThat(tenant("quorum", null, "b", null, null).fault()).isPresent();
        assertThat(tenant("a/b", null, "b", null, null).fault()).isPresent();
        assertThat(tenant("", null, "b", null, null).fault()).isPresent();
    }

    private static Tenant tenant(
            String primary,
            @Nullable List<String> aliases,
            String dr,
            @Nullable List<String> drAliases,
            @Nullable List<String> namespaces) {
        return new Tenant(
                "prod",
                "dr-prod",
                new ProtectionZoneSpec(
                        new Site(primary, aliases, null),
                        new Site(dr, drAliases, null),
                        null,
                        namespaces,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null));
    }
}
