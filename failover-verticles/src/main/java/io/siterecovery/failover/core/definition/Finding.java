package io.siterecovery.failover.core.definition;

import io.siterecovery.failover.core.definition.DefinitionPair.Named;
import java.util.List;

/** What is to be told of one object that is not at the other site as it should be. */
public sealed interface Finding {

    Named id();

    /** The site could not run the VM as it is. */
    boolean prevents();

    /** It is not there, and why. */
    record Missing(Named id, String why, boolean prevents) implements Finding {}

    /** It says something else there, and is left so because the group wishes a report only. */
    record Drifted(Named id, List<String> differences) implements Finding {
        public Drifted {
            differences = List.copyOf(differences);
        }

        @Override
        public boolean prevents() {
            return false;
        }
    }

    /** One that is not ours has its name. */
    record Conflict(Named id, List<String> differences, boolean prevents) implements Finding {
        public Conflict {
            differences = List.copyOf(differences);
        }
    }

    /** The site does not take a change. */
    record Refused(Named id, String why, boolean prevents) implements Finding {}

    /** The site makes something else of what it is given. */
    record Adapted(Named id, List<String> differences) implements Finding {
        public Adapted {
            differences = List.copyOf(differences);
        }

        @Override
        public boolean prevents() {
            return false;
        }
    }

    /** Gone where it was copied from; the copy stays. */
    record Orphaned(Named id, String why) implements Finding {
        @Override
        public boolean prevents() {
            return false;
        }
    }
}
