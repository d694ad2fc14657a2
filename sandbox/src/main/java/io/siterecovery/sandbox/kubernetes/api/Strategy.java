package io.siterecovery.sandbox.kubernetes.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a kind does to its objects beside what every kind does. */
public interface Strategy {
    /** Fills in what the server owns or defaults in a new object. */
    default void prepareCreate(ObjectNode object) {}

    /** The same for a new version of an object. */
    default void prepareUpdate(ObjectNode object, ObjectNode before) {}

    default List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
        return List.of();
    }

    /** Whether metadata.generation counts the changes of everything but metadata and status. */
    default boolean countsGenerations() {
        return false;
    }

    /** Whether a PUT without a resourceVersion overwrites; custom resources refuse it. */
    default boolean allowsUnconditionalUpdate() {
        return true;
    }

    /** How long a deletion waits for somebody to confirm it, in seconds; 0 deletes at once. */
    default long gracePeriodSeconds(ObjectNode object) {
        return 0;
    }

    Strategy PLAIN = new Strategy() {};
}
