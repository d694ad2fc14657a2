package io.siterecovery.tests.failover;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** ProtectionGroups and VMs as nobody should write them. */
final class OddGroups {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String[] FIELDS = {
        "/spec",
        "/spec/virtualMachines",
        "/spec/virtualMachines/0",
        "/spec/virtualMachines/0/name",
        "/spec/virtualMachines/0/namespace",
        "/spec/virtualMachines/0/bootGroup",
        "/spec/virtualMachines/0/dependsOn",
        "/spec/virtualMachines/0/dependsOn/0",
        "/spec/desiredState",
        "/spec/replicationPolicy",
        "/spec/replicationPolicy/type",
        "/spec/replicationPolicy/remoteCluster",
        "/spec/paused",
        "/spec/priority",
        "/spec/driftPolicy",
    };

    /** Value by what is odd about it; a missing node: the field is left out. */
    private static Map<String, JsonNode> values() {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        values.put("missing", JSON.missingNode());
        values.put("null", JSON.nullNode());
        values.put("number", JSON.numberNode(7));
        values.put("negative", JSON.numberNode(-1));
        values.put("huge number", JSON.numberNode(Long.MAX_VALUE));
        values.put("true", JSON.booleanNode(true));
        values.put("text", JSON.textNode("nowhere"));
        values.put("empty", JSON.textNode(""));
        values.put("unicode", JSON.textNode("vm-é😀\u0000"));
        values.put("long", JSON.textNode("x".repeat(254)));
        values.put("list", JSON.arrayNode());
        values.put("nulls", JSON.arrayNode().addNull());
        values.put("object", JSON.objectNode());
        return values;
    }

    /** Each under its own name, {@code odd-<n>}. */
    static List<ObjectNode> groups(String namespace) {
        List<ObjectNode> groups = new ArrayList<>();
        for (String field : FIELDS) {
            values().forEach(
                            (what, value) -> {
                                ObjectNode group = sound(namespace, groups.size());
                                set(group, field, value);
                                groups.add(group);
                            });
        }
        groups.add(members(namespace, groups.size(), 1000));
        groups.add(members(namespace, groups.size(), 1001));
        ObjectNode twice = sound(namespace, groups.size());
        ArrayNode vms = twice.withArray("/spec/virtualMachines");
        vms.add(vms.get(0).deepCopy());
        groups.add(twice);
        groups.add(depending(namespace, groups.size(), "b", "a"));
        groups.add(depending(namespace, groups.size(), "a", "a"));
        groups.add(depending(namespace, groups.size(), "nobody", "a"));
        ObjectNode elsewhere = depending(namespace, groups.size(), "b", "");
        ((ObjectNode) elsewhere.at("/spec/virtualMachines/1")).put("namespace", "kube-system");
        groups.add(elsewhere);
        return groups;
    }

    /** VMs that KubeVirt would refuse, or would not. */
    static List<ObjectNode> machines(String namespace) {
        List<ObjectNode> machines = new ArrayList<>();
        String[] fields = {
            "/spec/running",
            "/spec/runStrategy",
            "/spec/template",
            "/spec/template/spec",
            "/spec/template/spec/volumes",
            "/spec/template/spec/domain",
            "/spec/instancetype",
            "/metadata/labels",
        };
        for (String field : fields) {
            for (String what : List.of("missing", "null", "number", "unicode", "list", "object")) {
                ObjectNode vm = JSON.objectNode();
                vm.put("apiVersion", "kubevirt.io/v1").put("kind", "VirtualMachine");
                vm.putObject("metadata")
                        .put("name", "odd-vm-" + machines.size())
                        .put("namespace", namespace);
                vm.putObject("spec").put("runStrategy", "Halted");
                vm.withObject("/spec/template/spec").putArray("volumes");
                JsonNode value = values().get(what);
                set(vm, field, value == null ? JSON.nullNode() : value);
                machines.add(vm);
            }
        }
        return machines;
    }

    static String text(List<ObjectNode> objects) {
        ObjectNode list = JSON.objectNode();
        list.put("apiVersion", "v1").put("kind", "List");
        list.putArray("items").addAll(objects);
        try {
            return JsonMapper.builder().build().writeValueAsString(list);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static ObjectNode sound(String namespace, int number) {
        ObjectNode group = JSON.objectNode();
        group.put("apiVersion", "siterecovery.trilio.io/v1alpha1").put("kind", "ProtectionGroup");
        group.putObject("metadata").put("name", "odd-" + number).put("namespace", namespace);
        ObjectNode vm = group.putObject("spec").putArray("virtualMachines").addObject();
        vm.put("name", "odd-vm-" + number);
        return group;
    }

    private static ObjectNode members(String namespace, int number, int count) {
        ObjectNode group = sound(namespace, number);
        ArrayNode vms = JSON.arrayNode();
        IntStream.range(0, count)
                .forEach(i -> vms.addObject().put("name", "many-" + number + "-" + i));
        group.withObject("/spec").set("virtualMachines", vms);
        return group;
    }

    private static ObjectNode depending(
            String namespace, int number, String ofFirst, String ofSecond) {
        ObjectNode group = sound(namespace, number);
        ArrayNode vms = JSON.arrayNode();
        vms.addObject().put("name", "a").putArray("dependsOn").add(ofFirst);
        ObjectNode second = vms.addObject().put("name", "b");
        if (!ofSecond.isEmpty()) {
            second.putArray("dependsOn").add(ofSecond);
        }
        group.withObject("/spec").set("virtualMachines", vms);
        return group;
    }

    private static void set(ObjectNode object, String pointer, JsonNode value) {
        String[] steps = pointer.substring(1).split("/", -1);
        JsonNode at = object;
        for (int i = 0; i < steps.length - 1; i++) {
            boolean list = steps[i + 1].matches("\\d+");
            if (at instanceof ObjectNode map) {
                if (!map.has(steps[i])) {
                    map.set(steps[i], list ? JSON.arrayNode() : JSON.objectNode());
                }
                at = map.get(steps[i]);
            } else {
                at = at.get(Integer.parseInt(steps[i]));
            }
        }
        String last = steps[steps.length - 1];
        if (at instanceof ArrayNode list) {
            if (!value.isMissingNode() && list.isEmpty()) {
                list.add(value);
            } else if (!value.isMissingNode()) {
                list.set(0, value);
            } else if (!list.isEmpty()) {
                list.remove(0);
            }
        } else if (at instanceof ObjectNode map) {
            if (value.isMissingNode()) {
                map.remove(last);
            } else {
                map.set(last, value);
            }
        }
    }

    private OddGroups() {}
}
