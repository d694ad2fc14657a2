package io.siterecovery.sandbox.kubernetes.print;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgesTest {
    @ParameterizedTest
    @CsvSource({
        "PT0S, 0s",
        "PT-1H, <invalid>",
        "PT119S, 119s",
        "PT2M, 2m",
        "PT5M30S, 5m30s",
        "PT10M5S, 10m",
        "PT179M, 179m",
        "PT3H, 3h",
        "PT3H5M, 3h5m",
        "PT9H5M, 9h",
        "PT47H, 47h",
        "PT51H, 2d3h",
        "P9D, 9d",
        "P729D, 729d",
        "P800D, 2y70d",
        "P3650D, 10y"
    })
    void tells_ages_as_kubectl_does(Duration age, String told) {
        assertThat(Ages.human(age)).isEqualTo(told);
    }
}
