package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.Word;
import org.jspecify.annotations.Nullable;

/** One line of {@code drbdsetup events2}, as it was said. */
public sealed interface EventLine {

    /** The node's local time as printed; absent without {@code --timestamps}. */
    @Nullable String at();

    /** What happened to the object. */
    enum Action {
        EXISTS,
        CREATE,
        CHANGE,
        DESTROY
    }

    /**
     * An object and what is said of it.
     *
     * @param said all keys but those of the identity, unknown ones too; may be nothing
     */
    record ObjectLine(@Nullable String at, Action action, ObjectId id, Attributes said)
            implements EventLine {}

    /** A resource goes by another name from here on. */
    record Renamed(@Nullable String at, String resource, String newName) implements EventLine {}

    /**
     * The kernel calls a handler, or the handler answered.
     *
     * @param peer {@code conn-name}; absent if it is about no peer
     * @param status the handler's exit code; absent in the call
     */
    record Helper(
            @Nullable String at,
            String resource,
            @Nullable String peer,
            Word<Handler> handler,
            @Nullable Integer status)
            implements EventLine {}

    /** {@code exists -}: everything that exists has been said. */
    record DumpEnd(@Nullable String at) implements EventLine {}

    /** {@code - skipped N}: messages of the kernel were lost, so what we know may be wrong. */
    record Skipped(@Nullable String at, long messages) implements EventLine {}

    /**
     * A line that cannot be used. Nothing of it is taken for a fact.
     *
     * @param shape what is wrong with it, in few enough different words to count by
     * @param damaged whether it looks like a line of ours that was hurt, so that news may be lost;
     *     not so if it is of a kind that we do not know
     */
    record Unparsed(String shape, boolean damaged) implements EventLine {
        @Override
        public @Nullable String at() {
            return null;
        }
    }
}
