package io.siterecovery.failover.core.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.model.ProtectionGroupSpec.Member;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A group is written as {@code db@1 app(db) web}: name, boot group, what it depends on. */
class BootOrderTest {

    private static final String TIERS = "db-1@1 db-2@1 app-1@2 app-2@2(app-1) web@3";
    private static final String CHAIN = "db app(db) web(app) cron";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "db app web            |             | ",
                "db app web            | db          | ",
                "db@4 app@4            |             | ",
                TIERS + "|             | app-1:db-1,db-2 app-2:db-1,db-2 web:db-1,db-2",
                TIERS + "| db-1        | app-1:db-2 app-2:db-2 web:db-2",
                TIERS + "| db-1 db-2   | app-2:app-1 web:app-1",
                TIERS + "| db-1 db-2 app-1       | web:app-2",
                TIERS + "| db-1 db-2 app-1 app-2 | ",
                TIERS + "| db-2 app-1 app-2      | web:db-1",
                CHAIN + "|             | app:db web:db",
                CHAIN + "| db          | web:app",
                CHAIN + "| app         | ",
                CHAIN + "| db app cron | ",
                "a(b,c) b c            | b           | a:c",
                "db web@5              |             | web:db",
            })
    void a_vm_starts_when_all_it_waits_for_are_ready(
            String group, @Nullable String ready, @Nullable String waiting) {
        Set<String> done = words(ready);
        assertThat(shown(order(group).waitingToStart(done::contains))).isEqualTo(shown(waiting));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "db app web            |             | ",
                TIERS + "|             | app-1:web app-2:web db-1:web db-2:web",
                TIERS + "| web         | app-1:app-2 db-1:app-2 db-2:app-2",
                TIERS + "| web app-2   | db-1:app-1 db-2:app-1",
                TIERS + "| web app-1 app-2 | ",
                TIERS + "| app-2 db-1  | app-1:web db-2:web",
                CHAIN + "|             | app:web db:web",
                CHAIN + "| web         | db:app",
                CHAIN + "| app         | ",
                "a(b,c) b c            |             | b:a c:a",
            })
    void a_vm_stops_when_all_that_wait_for_it_are_down(
            String group, @Nullable String down, @Nullable String waiting) {
        Set<String> done = words(down);
        assertThat(shown(order(group).waitingToStop(done::contains))).isEqualTo(shown(waiting));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "db app(db) web(app,db)    | ",
                "db web(web)               | [1].dependsOn: web depends on itself",
                "db web(bd)                | [1].dependsOn: bd is not a VM of this group",
                "db@1(web) web(db)         | [0].dependsOn: web starts later, in boot group 3; db is"
                        + " in boot group 1",
                "db app(web) web(app)      | [1].dependsOn: cycle app -> web -> app",
                "web(db) db(app) app(web)  | [0].dependsOn: cycle web -> db -> app -> web",
                "in(a) a(b) b(a) out c(d) d(c,c,in,x) | [1].dependsOn: cycle a -> b -> a; [4].dependsOn:"
                        + " cycle c -> d -> c; [5].dependsOn: x is not a VM of this group",
                "a(b) b(a,c) c(b)          | [0].dependsOn: cycle a -> b -> a; [2].dependsOn: cycle c"
                        + " -> b -> c",
            })
    void every_fault_is_named_with_its_path(String group, @Nullable String faults) {
        BootOrder order = order(group);
        String all =
                String.join(
                        "; ",
                        names(group).stream().flatMap(n -> order.faultsOf(n).stream()).toList());
        assertThat(all.replace("virtualMachines", "")).isEqualTo(faults == null ? "" : faults);
    }

    @Test
    void each_vm_of_a_cycle_is_unsound_and_nobody_else() {
        BootOrder order = order("in(a) a(b) b(a) out");
        assertThat(names("in(a) a(b) b(a) out"))
                .filteredOn(n -> !order.isSound(n))
                .containsExactly("a", "b");
    }

    @Test
    void vms_of_a_cycle_do_not_wait_for_each_other_but_others_keep_their_place() {
        String group = "db a(b,db) b(a) web(a)";
        assertThat(shown(order(group).waitingToStart(_ -> false))).isEqualTo(shown("a:db web:db"));
        assertThat(shown(order(group).waitingToStop(_ -> false))).isEqualTo(shown("a:web db:web"));
        assertThat(order("a(b) b(a)").isFlat()).isTrue();
    }

    /** Whatever was written: as long as one is missing, one may go. */
    @Test
    void is_never_stuck() {
        for (String group :
                List.of(
                        TIERS,
                        CHAIN,
                        "a(b) b(c) c(a)",
                        "a(a) b(x)",
                        "a@1(b) b@2(a)",
                        "a(b,c) b(a,c) c(a,b) d(a) e(d)",
                        "in(a) a(b) b(a) mid(b) c(d,mid) d(c) out(c)")) {
            BootOrder order = order(group);
            List<String> started = new ArrayList<>();
            List<String> stopped = new ArrayList<>();
            for (int i = 0; i < names(group).size(); i++) {
                next(group, started, order.waitingToStart(started::contains));
                next(group, stopped, order.waitingToStop(stopped::contains));
            }
            assertThat(started).as(group).containsExactlyInAnyOrderElementsOf(names(group));
            assertThat(stopped).as(group).containsExactlyInAnyOrderElementsOf(names(group));
        }
    }

    private static void next(String group, List<String> done, Map<String, Set<String>> waiting) {
        names(group).stream()
                .filter(n -> !done.contains(n) && !waiting.containsKey(n))
                .findFirst()
                .ifPresent(done::add);
    }

    private static BootOrder order(String group) {
        return BootOrder.of(
                Stream.of(group.strip().split(" ")).map(BootOrderTest::member).toList());
    }

    private static Member member(String text) {
        String[] parts = text.split("[(]", 2);
        String[] name = parts[0].split("@", 2);
        return new Member(
                name[0],
                null,
                name.length > 1 ? Integer.valueOf(name[1]) : null,
                parts.length > 1 ? List.of(parts[1].replace(")", "").split(",")) : null);
    }

    private static List<String> names(String group) {
        return Stream.of(group.strip().split(" ")).map(m -> member(m).name()).toList();
    }

    private static Set<String> words(@Nullable String text) {
        return text == null ? Set.of() : Set.of(text.split(" "));
    }

    private static Map<String, Set<String>> shown(@Nullable String text) {
        Map<String, Set<String>> waiting = new TreeMap<>();
        if (text != null) {
            Arrays.stream(text.split(" "))
                    .map(w -> w.split(":"))
                    .forEach(w -> waiting.put(w[0], Set.of(w[1].split(","))));
        }
        return waiting;
    }

    private static Map<String, Set<String>> shown(Map<String, Set<String>> waiting) {
        return new TreeMap<>(waiting);
    }
}
