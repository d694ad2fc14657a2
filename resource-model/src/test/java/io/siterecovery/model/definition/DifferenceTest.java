package io.siterecovery.model.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DifferenceTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{a: 1}                   | {a: 1}              | ''                     | '{}'",
                "{a: {b: 4Gi}}            | {a: {b: 2Gi}}       | a.b is 2Gi and should be 4Gi | '{\"a\":{\"b\":\"4Gi\"}}'",
                "{a: {b: 1}}              | {a: {}}             | a.b is missing (1)     | '{\"a\":{\"b\":1}}'",
                "{a: {}}                  | {a: {b: x}}         | a.b is there and should not be (x) | '{\"a\":{\"b\":null}}'",
                "{d: [{name: r, s: 1}]}   | {d: [{name: r, s: 2}]} | d[r].s is 2 and should be 1 | '{\"d\":[{\"name\":\"r\",\"s\":1}]}'",
                "{d: [{name: r}, {name: q}]} | {d: [{name: r}]}  | 'd[q] is missing ({\"name\":\"q\"})' | '{\"d\":[{\"name\":\"r\"},{\"name\":\"q\"}]}'",
                "{d: [{name: r}, {name: q}]} | {d: [{name: q}, {name: r}]} | 'd is q, r and should be r, q' | '{\"d\":[{\"name\":\"r\"},{\"name\":\"q\"}]}'",
                "{d: [1, 2]}              | {d: [1]}            | d[1] is missing (2)    | '{\"d\":[1,2]}'",
                "{data: {k: c2VjcmV0}}    | {data: {k: b3RoZXI=}} | data.k differs       | '{\"data\":{\"k\":\"c2VjcmV0\"}}'",
            })
    void differences_are_told_by_path_and_mended_by_a_merge_patch(
            String wanted, String found, String told, String patch) throws JsonProcessingException {
        JsonNode want = new YAMLMapper().readTree(wanted);
        JsonNode have = new YAMLMapper().readTree(found);
        assertThat(
                        String.join(
                                "; ",
                                Difference.between(want, have).stream()
                                        .map(Difference::toString)
                                        .toList()))
                .isEqualTo(told);
        assertThat(Difference.patch(want, have)).hasToString(patch);
    }
}
