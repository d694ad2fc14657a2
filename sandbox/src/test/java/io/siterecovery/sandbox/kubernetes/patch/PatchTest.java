package io.siterecovery.sandbox.kubernetes.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            textBlock =
                    """
                    {'a':1}         | [{'op':'add','path':'/b','value':2}]                 | {'a':1,'b':2}
                    {'a':[1,3]}     | [{'op':'add','path':'/a/1','value':2}]               | {'a':[1,2,3]}
                    {'a':[1]}       | [{'op':'add','path':'/a/-','value':2}]               | {'a':[1,2]}
                    {'a':[1,2]}     | [{'op':'remove','path':'/a/0'}]                      | {'a':[2]}
                    {'a':{'b':1}}   | [{'op':'move','from':'/a/b','path':'/c'}]            | {'a':{},'c':1}
                    {'a':{'b':1}}   | [{'op':'copy','from':'/a','path':'/c'}]              | {'a':{'b':1},'c':{'b':1}}
                    {'a':null}      | [{'op':'test','path':'/a','value':null}]             | {'a':null}
                    {'a~/b':1}      | [{'op':'replace','path':'/a~0~1b','value':2}]        | {'a~/b':2}
                    """)
    void json_patch_does_what_the_rfc_says(String target, String patch, String result)
            throws Exception {
        assertThat(JsonPatch.apply(json(target), json(patch))).isEqualTo(json(result));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            textBlock =
                    """
                    {'a':1}   | [{'op':'test','path':'/a','value':2}]     | false
                    {'a':1}   | [{'op':'remove','path':'/b'}]             | false
                    {'a':1}   | [{'op':'replace','path':'/b','value':1}]  | false
                    {'a':1}   | [{'op':'add','path':'/b/c','value':1}]    | false
                    {'a':[1]} | [{'op':'add','path':'/a/7','value':1}]    | false
                    {'a':[1]} | [{'op':'add','path':'/a/-1','value':1}]   | false
                    {'a':1}   | [{'op':'jump','path':'/a'}]               | true
                    {'a':1}   | [{'op':'add','path':'/a'}]                | true
                    {'a':1}   | {'op':'add'}                              | true
                    """)
    void json_patch_refuses_what_does_not_fit(String target, String patch, boolean malformed) {
        assertThatThrownBy(() -> JsonPatch.apply(json(target), json(patch)))
                .isInstanceOfSatisfying(
                        PatchFailure.class, e -> assertThat(e.isMalformed()).isEqualTo(malformed));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            textBlock =
                    """
                    {'a':1,'b':2}   | {'a':null,'c':3}       | {'b':2,'c':3}
                    {'a':{'b':1}}   | {'a':{'c':{'d':null}}} | {'a':{'b':1,'c':{}}}
                    {'a':[1,2]}     | {'a':[3]}              | {'a':[3]}
                    """)
    void merge_patch_does_what_the_rfc_says(String target, String patch, String result)
            throws Exception {
        assertThat(MergePatch.apply(json(target), json(patch))).isEqualTo(json(result));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            textBlock =
                    """
                    {'env':[{'name':'a','value':'1'}]} | {'env':[{'name':'b','value':'2'}]}        | {'env':[{'name':'a','value':'1'},{'name':'b','value':'2'}]}
                    {'env':[{'name':'a'},{'name':'b'}]} | {'env':[{'$patch':'delete','name':'a'}]} | {'env':[{'name':'b'}]}
                    {'env':[{'name':'a'}]} | {'env':[{'name':'b'},{'$patch':'replace'}]}           | {'env':[{'name':'b'}]}
                    {'finalizers':['a','b']} | {'$deleteFromPrimitiveList/finalizers':['a']}       | {'finalizers':['b']}
                    {'finalizers':['a']} | {'finalizers':['b'],'$setElementOrder/finalizers':['a','b']} | {'finalizers':['a','b']}
                    {'taints':[{'key':'a'}]} | {'taints':[{'key':'b'}]}                            | {'taints':[{'key':'b'}]}
                    {'labels':{'a':'1'}} | {'labels':{'a':null,'b':'2'}}                           | {'labels':{'b':'2'}}
                    {'spec':{'a':1}} | {'spec':{'$patch':'replace','b':2}}                         | {'spec':{'b':2}}
                    """)
    void strategic_merge_knows_lists_with_keys(String target, String patch, String result)
            throws Exception {
        assertThat(StrategicMerge.apply((ObjectNode) json(target), (ObjectNode) json(patch)))
                .isEqualTo(json(result));
    }

    @Test
    void strategic_merge_refuses_an_element_without_its_key() {
        assertThatThrownBy(
                        () ->
                                StrategicMerge.apply(
                                        Json.object(),
                                        (ObjectNode) json("{'env':[{'value':'1'}]}")))
                .isInstanceOf(PatchFailure.class);
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return Json.MAPPER.readTree(text.replace('\'', '"'));
    }
}
