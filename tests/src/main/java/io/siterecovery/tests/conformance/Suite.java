package io.siterecovery.tests.conformance;

import io.siterecovery.tests.conformance.rows.DeleteRows;
import io.siterecovery.tests.conformance.rows.DiscoveryRows;
import io.siterecovery.tests.conformance.rows.HttpRows;
import io.siterecovery.tests.conformance.rows.KubectlRows;
import io.siterecovery.tests.conformance.rows.ListRows;
import io.siterecovery.tests.conformance.rows.SchemaRows;
import io.siterecovery.tests.conformance.rows.WatchRows;
import io.siterecovery.tests.conformance.rows.WriteRows;
import java.util.List;
import java.util.stream.Stream;

/** All rows, in the order of the table. */
public final class Suite {
    private Suite() {}

    public static List<Row> rows() {
        return Stream.of(
                        HttpRows.rows(),
                        DiscoveryRows.rows(),
                        WatchRows.rows(),
                        ListRows.rows(),
                        WriteRows.rows(),
                        SchemaRows.rows(),
                        DeleteRows.rows(),
                        KubectlRows.rows())
                .flatMap(List::stream)
                .toList();
    }
}
