package io.siterecovery.watchers.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ResourceOwnersTest {

    private final ResourceOwners owners = new ResourceOwners();

    @Test
    void a_resource_is_ours_while_any_volume_on_either_site_names_it() {
        assertThat(owners.put("c1/a", volume("r"))).containsExactly("r");
        assertThat(owners.put("c2/a", volume("r"))).isEmpty();
        assertThat(owners.put("c1/a", null)).isEmpty();
        assertThat(owners.owns("r")).isTrue();
        assertThat(owners.put("c2/a", null)).containsExactly("r");
        assertThat(owners.owns("r")).isFalse();
    }

    @Test
    void the_resource_is_what_stands_before_the_first_slash() {
        assertThat(owners.put("c1/a", volume("cg/0"))).containsExactly("cg");
        assertThat(owners.put("c1/b", volume("cg/1"))).isEmpty();
        assertThat(owners.owns("cg")).isTrue();
        assertThat(owners.owns("cg/0")).isFalse();
    }

    @Test
    void another_handle_is_another_resource() {
        owners.put("c1/a", volume("r"));
        assertThat(owners.put("c1/a", volume("s"))).containsExactly("r", "s");
        assertThat(owners.put("c1/a", volume("s"))).isEmpty();
    }

    @Test
    void other_storage_has_no_resource() {
        PersistentVolumeFact other =
                new PersistentVolumeFact(meta(), "ebs.csi.aws.com", "r", "n", "c", "Bound", null);
        assertThat(owners.put("c1/a", other)).isEmpty();
        assertThat(owners.put("c1/b", volume(null))).isEmpty();
        assertThat(owners.put("c1/c", volume("/1"))).isEmpty();
        assertThat(owners.put("c1/d", null)).isEmpty();
    }

    private static PersistentVolumeFact volume(@Nullable String handle) {
        return new PersistentVolumeFact(
                meta(), "linstor.csi.linbit.com", handle, "n", "c", "Bound", null);
    }

    private static ObjectMeta meta() {
        return new ObjectMeta("u", "1", 0, Instant.EPOCH, null, Map.of());
    }
}
