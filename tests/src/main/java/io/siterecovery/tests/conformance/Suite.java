package io.siterecovery.tests.conformance;

import io.siterecovery.tests.conformance.rows.AdmissionRows;
import io.siterecovery.tests.conformance.rows.AuthRows;
import io.siterecovery.tests.conformance.rows.DeleteRows;
import io.siterecovery.tests.conformance.rows.DiscoveryRows;
import io.siterecovery.tests.conformance.rows.HttpRows;
import io.siterecovery.tests.conformance.rows.KindRows;
import io.siterecovery.tests.conformance.rows.KubectlRows;
import io.siterecovery.tests.conformance.rows.ListRows;
import io.siterecovery.tests.conformance.rows.SchemaRows;
import io.siterecovery.tests.conformance.rows.WatchRows;
import io.siterecovery.tests.conformance.rows.WriteRows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
                        KubectlRows.rows(),
                        AuthRows.rows(),
                        AdmissionRows.rows(),
                        KindRows.rows())
                .flatMap(List::stream)
                .toList();
    }

    /** As Markdown: one line for each part of the API, its rows in order. */
    public static String table() {
        Map<String, List<String>> byArea = new LinkedHashMap<>();
        for (Row row : rows()) {
            String since = row.sinceMinor() == 0 ? "" : " (1." + row.sinceMinor() + ")";
            byArea.computeIfAbsent(row.area(), a -> new ArrayList<>()).add(row.name() + since);
        }
        StringBuilder table = new StringBuilder("| part | rows |\n|---|---|\n");
        byArea.forEach(
                (area, rows) ->
                        table.append("| ")
                                .append(area)
                                .append(" | ")
                                .append(String.join(" · ", rows).replace("|", "\\|"))
                                .append(" |\n"));
        return table.append("\n").append(rows().size()).append(" rows.\n").toString();
    }
}
