package io.siterecovery.agent.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One line of {@code drbdsetup events2}, as it was said. */
public sealed interface EventLine {

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
     * @param at the node's local time as printed; absent without {@code --timestamps}
     * @param keys all keys but those of the identity, unknown ones too; may be empty
     */
    record ObjectLine(@Nullable String at, Action action, ObjectId id, Map<String, String> keys)
            implements EventLine {}

    /** A resource goes by another name from here on. */
    record Renamed(@Nullable String at, String resource, String newName) implements EventLine {}

    /**
     * The kernel calls a handler, or the handler answered.
     *
     * @param status the handler's exit code; absent in the call
     */
    record Helper(
            @Nullable String at,
            String resource,
            String helper,
            @Nullable String status,
            Map<String, String> keys)
            implements EventLine {}

    /** {@code exists -}: everything that exists has been said. */
    record DumpEnd(@Nullable String at) implements EventLine {}

    /** {@code - skipped N}: messages of the kernel were lost, so what we know may be wrong. */
    record Skipped(long messages) implements EventLine {}

    /**
     * A line that cannot be used. Nothing of it is taken for a fact.
     *
     * @param shape what is wrong with it, in few enough different words to count by
     */
    record Unparsed(String shape) implements EventLine {}
}
