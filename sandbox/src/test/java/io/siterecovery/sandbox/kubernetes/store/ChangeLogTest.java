package io.siterecovery.sandbox.kubernetes.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangeLogTest {
    private static final int FILLER = 100;

    @Test
    void drops_the_oldest_beyond_its_limits_and_knows_what_it_dropped() {
        ChangeLog log = new ChangeLog(200, Long.MAX_VALUE, 5);
        assertThat(log.completeAfter()).isEqualTo(5);
        for (int version = 10; version < 1010; version++) {
            log.add(change(version));
        }
        assertThat(log.completeAfter()).isEqualTo(809);
        assertThat(log.get(log.firstAfter(809)).resourceVersion()).isEqualTo(810);
        assertThat(log.get(log.firstAfter(950)).resourceVersion()).isEqualTo(951);
        assertThat(log.firstAfter(1009)).isEqualTo(log.end());
    }

    @Test
    void counts_bytes_too() {
        ChangeLog log = new ChangeLog(200, 10 * FILLER, 0);
        for (int version = 1; version <= 50; version++) {
            log.add(change(version));
        }
        assertThat(log.completeAfter()).isEqualTo(40);
    }

    @Test
    void a_watch_that_fell_behind_is_told_so() throws Exception {
        ObjectStore store = new ObjectStore();
        ObjectTable table = store.table("things", List.of());
        Watch watch = store.watch(table, 0, () -> {});
        ObjectNode thing = Json.object();
        Json.meta(thing).put("name", "a").put("uid", "u");
        store.create(table, thing, new Origin("me", "create"));
        store.forgetChanges();
        assertThatThrownBy(() -> watch.next(1)).isInstanceOf(Watch.Expired.class);
    }

    private static Change change(long version) {
        Stored stored =
                new Stored(
                        "ns",
                        "n" + version,
                        "uid",
                        version,
                        Map.of(),
                        Map.of(),
                        List.of(),
                        new Stored.Bytes("x".repeat(FILLER).getBytes(StandardCharsets.UTF_8)));
        return new Change(Change.Type.ADDED, stored, null);
    }
}
