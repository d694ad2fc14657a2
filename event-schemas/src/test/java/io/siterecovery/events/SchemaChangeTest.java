package io.siterecovery.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One row for each kind of change, told or not. */
class SchemaChangeTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OLD =
            """
            {"type": "object", "description": "a disk", "required": ["name", "size"],
             "properties": {
               "name": {"type": "string", "description": "its name", "examples": ["root"]},
               "size": {"type": "integer", "minimum": 0},
               "at": {"type": "string", "format": "date-time"},
               "mode": {"type": "string", "enum": ["A", "B"]},
               "labels": {"type": "object", "additionalProperties": {"type": "string"}},
               "closed": {"type": "object", "additionalProperties": false,
                          "properties": {"a": {"type": "string"}}},
               "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}}},
             "$defs": {"Part": {"type": "object", "required": ["no"],
               "properties": {"no": {"type": "integer"},
                              "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}}}}}}
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/description | `a volume`",
                "/properties/name/description | `what it is called`",
                "/properties/name/examples | [`data`, `root`]",
                "/properties/speed | {`type`: `number`}",
                "/properties/mode/enum | [`B`, `A`]",
                "/$defs/Part/properties/of | {`type`: `string`}",
                "/properties/parts/items | {`type`: `object`, `required`: [`no`], `properties`:"
                        + " {`no`: {`type`: `integer`}, `parts`: {`type`: `array`, `items`:"
                        + " {`$ref`: `#/$defs/Part`}}}}",
            })
    void passes(String pointer, String value) throws IOException {
        assertThat(afterSetting(pointer, value)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/properties/at | | disk/at: is gone",
                "/properties/name | | disk/name: is gone",
                "/$defs/Part/properties/no | | disk/parts/[]/no: is gone",
                "/properties/size/type | 'number' | disk/size: was of type [integer]",
                "/properties/size/type | ['integer','null'] | disk/size: was of type [integer]",
                "/$defs/Part/properties/no/type | 'string' | disk/parts/[]/no: was of type",
                "/required | ['name'] | disk/size: was always there and may be absent",
                "/required | ['name','size','at'] | disk/at: could be absent and is required",
                "/required | ['name','size','new'] | disk/new: is new and required",
                "/properties/mode/enum | ['A','B','C'] | disk/mode: enum was",
                "/properties/mode/enum | ['A'] | disk/mode: enum was",
                "/properties/mode/enum | | disk/mode: enum was",
                "/properties/name/enum | ['root'] | disk/name: enum was absent",
                "/properties/size/minimum | 1 | disk/size: minimum was 0",
                "/properties/size/minimum | | disk/size: minimum was 0",
                "/properties/at/format | | disk/at: format was",
                "/properties/name/pattern | '^a' | disk/name: pattern was absent",
                "/additionalProperties | false | disk: additionalProperties was absent",
                "/properties/labels/additionalProperties/type | 'integer' | disk/labels/*: was",
                "/properties/labels/additionalProperties | | disk/labels: additionalProperties",
                "/properties/labels/properties | {'a':{'type':'integer'}} | disk/labels/a: is new",
                "/properties/closed/properties/b | {'type':'string'} | disk/closed/b: is new",
                "/properties/parts/items | {'type':'string'} | disk/parts/[]: was of type",
                "/properties/name/oneOf | [{'minLength':1}] | disk/name: oneOf was absent",
                "/properties/name/allOf | [{'minLength':1}] | disk/name: allOf had 0 parts",
            })
    void is_told_with_its_path(String pointer, String value, String told) throws IOException {
        assertThat(afterSetting(pointer, value == null ? "" : value.replace('\'', '"')))
                .anySatisfy(line -> assertThat(line).startsWith(told));
    }

    @Test
    void a_new_name_for_a_property_is_a_break() throws IOException {
        ObjectNode renamed = old();
        ObjectNode properties = (ObjectNode) renamed.path("properties");
        properties.set("title", properties.remove("name"));
        renamed.putArray("required").add("title").add("size");
        assertThat(breaks(renamed))
                .containsExactlyInAnyOrder(
                        "disk/name: is gone",
                        "disk/title: is new and required: records that are there lack it");
    }

    private static List<String> afterSetting(String pointer, String value) throws IOException {
        ObjectNode changed = old();
        int last = pointer.lastIndexOf('/');
        ObjectNode parent = (ObjectNode) changed.at(pointer.substring(0, last));
        String name = pointer.substring(last + 1);
        if (value.isEmpty()) {
            parent.remove(name);
        } else {
            JsonNode parsed = JSON.readTree(value.replace('`', '"'));
            parent.set(name, parsed);
        }
        assertThat(changed).isNotEqualTo(old());
        return breaks(changed);
    }

    private static List<String> breaks(JsonNode changed) throws IOException {
        return SchemaChange.breaks("disk", old(), old(), changed, changed);
    }

    private static ObjectNode old() throws IOException {
        return (ObjectNode) JSON.readTree(OLD);
    }
}
