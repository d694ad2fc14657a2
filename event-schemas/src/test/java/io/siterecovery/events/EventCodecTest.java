package io.siterecovery.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventCodecTest {

    @Test
    void an_unknown_word_survives_the_wire_as_it_was_said() throws Exception {
        DrbdResourceState state =
                new DrbdResourceState(
                        "n1",
                        "r0",
                        "i",
                        1,
                        Instant.EPOCH,
                        Word.of(Role.SECONDARY),
                        List.of(),
                        null,
                        true,
                        null,
                        List.of(
                                new DrbdResourceState.Volume(
                                        0,
                                        Word.parse(DiskState.class, "Sparkling"),
                                        null,
                                        null,
                                        1L,
                                        0L)),
                        List.of());
        Record back = EventCodec.decode(EventType.DRBD_RESOURCE.type(), EventCodec.encode(state));
        assertThat(back).isEqualTo(state);
    }

    @Test
    void a_record_without_a_required_field_is_unreadable() {
        assertThatThrownBy(
                        () ->
                                EventCodec.decode(
                                        EventType.NODE.type(),
                                        "{\"ready\":true}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(EventCodec.Unreadable.class)
                .hasMessageContaining("meta");
    }
}
