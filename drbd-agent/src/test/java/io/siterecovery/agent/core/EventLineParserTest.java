package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.agent.core.EventLine.Action;
import io.siterecovery.agent.core.EventLine.DumpEnd;
import io.siterecovery.agent.core.EventLine.Helper;
import io.siterecovery.agent.core.EventLine.ObjectLine;
import io.siterecovery.agent.core.EventLine.Renamed;
import io.siterecovery.agent.core.EventLine.Skipped;
import io.siterecovery.agent.core.EventLine.Unparsed;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdWord;
import io.siterecovery.events.drbd.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventLineParserTest {

    private static final String TIME = "2026-11-20T22:49:26.456371+00:00";

    @Test
    void a_line_is_its_time_action_object_and_keys() {
        assertThat(parse(TIME + " change resource name:r0 role:Primary suspended:no"))
                .isEqualTo(
                        new ObjectLine(
                                TIME,
                                Action.CHANGE,
                                new ObjectId.Resource("r0"),
                                said(
                                        Key.ROLE,
                                        word(Role.PRIMARY),
                                        Key.SUSPENDED,
                                        new Value.Reasons(List.of()))));
        assertThat(parse("exists device name:r0 volume:3 disk:Diskless"))
                .isEqualTo(
                        new ObjectLine(
                                null,
                                Action.EXISTS,
                                new ObjectId.Device("r0", 3),
                                said(Key.DISK, word(DiskState.DISKLESS))));
    }

    @Test
    void a_value_may_hold_colons() {
        assertThat(
                        parse(
                                "create path name:r0 peer-node-id:1 conn-name:bravo"
                                        + " local:ipv6:[fe80::1]:7000 peer:ipv4:10.9.0.2:7000"
                                        + " established:no"))
                .isEqualTo(
                        new ObjectLine(
                                null,
                                Action.CREATE,
                                new ObjectId.Path(
                                        "r0",
                                        1,
                                        "bravo",
                                        "ipv6:[fe80::1]:7000",
                                        "ipv4:10.9.0.2:7000"),
                                said(Key.ESTABLISHED, new Value.Truth(false))));
    }

    @Test
    void a_change_may_change_nothing() {
        assertThat(parse("change peer-device name:r0 peer-node-id:1 conn-name:bravo volume:0"))
                .isEqualTo(
                        new ObjectLine(
                                null,
                                Action.CHANGE,
                                new ObjectId.PeerDevice("r0", 1, "bravo", 0),
                                said()));
    }

    @Test
    void colours_and_a_carriage_return_are_no_part_of_a_value() {
        assertThat(parse("change device name:r0 volume:0 disk:\u001b[1;31mDiskless\u001b[0m\r"))
                .isEqualTo(parse("change device name:r0 volume:0 disk:Diskless"));
    }

    @Test
    void units_are_those_of_the_kernel_and_become_bytes() {
        assertThat(parse("change connection name:r0 peer-node-id:1 conn-name:b ap-in-flight:3"))
                .isEqualTo(
                        new ObjectLine(
                                null,
                                Action.CHANGE,
                                new ObjectId.Connection("r0", 1, "b"),
                                said(Key.AP_IN_FLIGHT, new Value.Amount(1536))));
        assertThat(
                        parse(
                                "change peer-device name:r0 peer-node-id:1 conn-name:b volume:0"
                                        + " out-of-sync:16344 pending:4 done:75.05 eta:nan"))
                .isEqualTo(
                        new ObjectLine(
                                null,
                                Action.CHANGE,
                                new ObjectId.PeerDevice("r0", 1, "b", 0),
                                said(
                                        Key.OUT_OF_SYNC,
                                        new Value.Amount(16344L * 1024),
                                        Key.PENDING,
                                        new Value.Amount(4),
                                        Key.DONE,
                                        new Value.Measure(75.05),
                                        Key.ETA,
                                        new Value.Measure(Double.NaN))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "disk:Sparkling",
                "disk:uptodate",
                "quorum:maybe",
                "open:perhaps",
                "size:12x",
                "size:-1",
                "size:99999999999999999999",
                "upper-pending:1.5",
                "blocked:sideways",
                "backing_dev:"
            })
    void a_word_that_is_none_of_its_key_is_unknown(String pair) {
        ObjectLine line = (ObjectLine) parse("change device name:r0 volume:0 " + pair);
        assertThat(line.said().values().values())
                .containsExactly(new Value.Unknown(pair.substring(pair.indexOf(':') + 1)));
    }

    @Test
    void an_unknown_key_is_kept() {
        assertThat(((ObjectLine) parse("change resource name:r0 mood:good")).said().strange())
                .containsEntry("mood", "good");
    }

    @Test
    void the_end_of_the_dump_renaming_helpers_and_lost_messages_are_told_apart() {
        assertThat(parse(TIME + " exists -")).isEqualTo(new DumpEnd(TIME));
        assertThat(parse("rename resource name:a0 new_name:a1"))
                .isEqualTo(new Renamed(null, "a0", "a1"));
        assertThat(parse("- skipped 4")).isEqualTo(new Skipped(null, 4));
        assertThat(parse("call helper name:r0 peer-node-id:1 conn-name:b helper:split-brain"))
                .isInstanceOfSatisfying(Helper.class, call -> assertThat(call.status()).isNull());
        assertThat(parse("response helper name:r0 helper:split-brain status:256"))
                .isInstanceOfSatisfying(
                        Helper.class,
                        answer -> {
                            assertThat(answer.status()).isEqualTo(256);
                            assertThat(answer.handler().is(Handler.SPLIT_BRAIN)).isTrue();
                        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "change",
                "change device",
                "change device name:r0",
                "change device volume:0 disk:UpToDate",
                "change device name: volume:0 disk:UpToDate",
                "change device name:r0 volume:x disk:UpToDate",
                "change device name:r0 volume:-1 disk:UpToDate",
                "change device name:r0 volume:99999999999 disk:UpToDate",
                "change device name:r0 volume:0 disk:UpToDate disk:Diskless",
                "change device name:r0 volume:0 disk:UpToDate quo",
                "change device name:r0 volume:0 disk:UpTochange resource name:r0 role:Primary",
                "change widget name:r0",
                "explode resource name:r0",
                "exists - name:r0",
                "change -",
                "rename resource name:r0",
                "rename device name:r0 new_name:r1",
                "call helper name:r0",
                "- skipped some",
                "2026-11-20T22:49 change resource name:r0 role:Primary",
                "# STEP 01"
            })
    void a_damaged_line_is_refused_whole(String line) {
        assertThat(parse(line)).isInstanceOf(Unparsed.class);
    }

    @Test
    void shapes_are_few_however_the_lines_differ() {
        UnparsedLines lines = new UnparsedLines();
        for (int i = 0; i < 10_000; i++) {
            Unparsed unparsed = (Unparsed) parse("noise" + i + " from elsewhere");
            lines.count(unparsed.shape());
        }
        assertThat(lines.counts()).hasSizeLessThanOrEqualTo(101);
        assertThat(lines.counts().values().stream().mapToLong(n -> n).sum()).isEqualTo(10_000);
    }

    private static Attributes said(Object... keysAndValues) {
        Attributes said = new Attributes();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            said.add((Key) keysAndValues[i], (Value) keysAndValues[i + 1]);
        }
        return said;
    }

    private static Value.OneOf word(DrbdWord word) {
        return new Value.OneOf(word);
    }

    private static EventLine parse(String line) {
        return EventLineParser.parse(line);
    }
}
