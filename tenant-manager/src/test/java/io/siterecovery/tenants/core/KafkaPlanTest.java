package io.siterecovery.tenants.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.tenants.core.KafkaPlan.Party;
import io.siterecovery.tenants.core.KafkaPlan.Pattern;
import io.siterecovery.tenants.core.KafkaPlan.Right;
import io.siterecovery.tenants.core.KafkaPlan.Slot;
import io.siterecovery.tenants.core.KafkaPlan.Verb;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KafkaPlanTest {

    private static final String SITE = "0123456789ab";
    private static final KafkaPlan PLAN =
            KafkaPlan.ofDeployment("prod", Limits.DEFAULTS, Set.of(SITE));

    @Test
    void no_name_of_one_deployment_begins_with_anothers_prefix() {
        String prefix = KafkaPlan.prefix("prod");
        KafkaPlan longer = KafkaPlan.ofDeployment("prod-eu", Limits.DEFAULTS, Set.of());
        assertThat(longer.topics())
                .extracting(KafkaPlan.Topic::name)
                .noneMatch(t -> t.startsWith(prefix));
        assertThat(longer.rights())
                .extracting(Right::user)
                .noneMatch(user -> user.startsWith(prefix));
    }

    @Test
    void readers_read_their_own_and_write_nothing() {
        List<Right> readers = of(Party.READER);
        assertThat(readers)
                .allSatisfy(
                        right -> {
                            assertThat(right.verbs())
                                    .doesNotContain(Verb.WRITE, Verb.DESCRIBE_CONFIGS);
                            assertThat(prefixOf(right.on())).isEqualTo("dr-prod.");
                        });
    }

    @Test
    void controllers_write_their_own_and_only_read_what_the_agents_of_their_sites_write() {
        for (Right right : of(Party.CONTROLLER)) {
            boolean own = prefixOf(right.on()).equals("dr-prod.");
            assertThat(right.verbs().contains(Verb.WRITE)).as(right.toString()).isEqualTo(own);
        }
        assertThat(of(Party.CONTROLLER))
                .extracting(Right::on)
                .contains(new Pattern.TopicNamed("site-" + SITE + ".drbd"));
    }

    @Test
    void agents_have_their_own_topic_and_no_other() {
        KafkaPlan site = KafkaPlan.ofSite(SITE);
        assertThat(site.rights())
                .extracting(Right::on)
                .containsOnly(new Pattern.TopicNamed("site-" + SITE + ".drbd"));
        assertThat(site.quotas()).allMatch(quota -> quota.producedBytes() > 0);
    }

    @Test
    void both_slots_of_each_party_have_the_same_rights_and_quotas() {
        for (Party party : Party.values()) {
            assertThat(rights(party, Slot.A)).isEqualTo(rights(party, Slot.B)).isNotEmpty();
        }
        assertThat(PLAN.quotas()).hasSize(Party.values().length * Slot.values().length);
    }

    private static List<?> rights(Party party, Slot slot) {
        return PLAN.rights().stream()
                .filter(right -> right.user().equals(party.user("prod", slot)))
                .map(right -> List.of(right.on(), right.verbs()))
                .toList();
    }

    private static List<Right> of(Party party) {
        return PLAN.rights().stream()
                .filter(
                        right ->
                                right.user().equals(party.user("prod", Slot.A))
                                        || right.user().equals(party.user("prod", Slot.B)))
                .toList();
    }

    private static String prefixOf(Pattern pattern) {
        return switch (pattern) {
            case Pattern.TopicNamed(String name) -> name;
            case Pattern.TopicsFrom(String prefix) -> prefix;
            case Pattern.GroupNamed(String name) -> name;
            case Pattern.GroupsFrom(String prefix) -> prefix;
        };
    }
}
