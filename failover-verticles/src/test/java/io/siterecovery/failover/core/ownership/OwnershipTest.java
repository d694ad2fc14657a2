package io.siterecovery.failover.core.ownership;

import static io.siterecovery.failover.core.Fixtures.GROUP;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.failover.core.ownership.Ownership.Lock;
import io.siterecovery.failover.core.ownership.Ownership.Past;
import org.junit.jupiter.api.Test;

class OwnershipTest {

    @Test
    void every_change_of_holder_raises_the_epoch_and_no_other_move_does() {
        Ownership o = Ownership.unclaimed();
        assertThat(o.takenBy("a").epoch()).isZero();
        Ownership held = o.takenBy("a").claimedBy(SOURCE);
        assertThat(held.epoch()).isEqualTo(1);
        Ownership closed = held.close(SOURCE, TARGET, new Lock("u", "f"), new Past("o", "f", "u"));
        assertThat(closed.epoch()).isEqualTo(2);
        assertThat(closed.grant(TARGET).epoch()).isEqualTo(3);
        assertThat(closed.grant(TARGET).release().epoch()).isEqualTo(3);
        assertThat(closed.takenBy("b").term()).isEqualTo(closed.term() + 1);
    }

    @Test
    void remembers_the_last_two_hundred_failovers() {
        Ownership o = Ownership.unclaimed().claimedBy(SOURCE);
        for (int i = 0; i < 205; i++) {
            o = o.close(SOURCE, TARGET, new Lock("u" + i, "f"), new Past("o", "f" + i, "u" + i));
        }
        assertThat(o.history()).hasSize(200);
        assertThat(o.history().getFirst().name()).isEqualTo("f5");
    }

    @Test
    void a_claim_is_higher_by_epoch_then_by_term() {
        Claim claim = Claim.of("prod", GROUP, 4, 2);
        assertThat(Claim.of("prod", GROUP, 5, 1).isHigherThan(claim)).isTrue();
        assertThat(Claim.of("prod", GROUP, 4, 3).isHigherThan(claim)).isTrue();
        assertThat(claim.isHigherThan(claim)).isFalse();
        assertThat(Claim.parse(claim.toString())).contains(claim);
        assertThat(claim.toString()).isEqualTo("prod/production.web-tier/4/2");
    }

    @Test
    void what_is_not_a_claim_of_ours_is_none() {
        for (String text : new String[] {"", "prod", "a/b/c/d", "a/b/1", "a/b/1/2/3", "a/b/1/x"}) {
            assertThat(Claim.parse(text)).as(text).isEmpty();
        }
    }
}
