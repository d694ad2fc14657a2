package io.siterecovery.watchers.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.events.EventCodec;
import io.siterecovery.events.EventType;
import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Objects as the API serves them (YAML, short), facts as they are published (JSON). */
class ProjectionsTest {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private record Row(WatchedKind kind, String object, String fact) {}

    private static final List<Row> TABLE =
            List.of(
                    new Row(
                            WatchedKind.VIRTUAL_MACHINE,
                            """
                            spec:
                              runStrategy: RerunOnFailure
                              template:
                                spec:
                                  volumes:
                                  - {name: root, dataVolume: {name: dv}}
                                  - {name: data, persistentVolumeClaim: {claimName: pvc}}
                                  - {name: dump, memoryDump: {claimName: md, hotpluggable: true}}
                                  - {name: init, cloudInitNoCloud: {userData: x}}
                                  - {name: img, containerDisk: {image: i}}
                                  - {name: eph, ephemeral: {persistentVolumeClaim: {claimName: e}}}
                                  - {name: new, somethingNew: {}}
                            status: {printableStatus: Running}
                            """,
                            """
                            {runStrategy: RerunOnFailure, claims: [dv, pvc, md],
                             unprotectable: [eph (ephemeral), new (somethingNew)],
                             printableStatus: Running}
                            """),
                    new Row(
                            WatchedKind.VIRTUAL_MACHINE,
                            "spec: {running: false}",
                            "{running: false, claims: [], unprotectable: []}"),
                    new Row(
                            WatchedKind.VIRTUAL_MACHINE,
                            "spec: {running: 'yes', template: [1], runStrategy: 7}",
                            "{claims: [], unprotectable: []}"),
                    new Row(
                            WatchedKind.VIRTUAL_MACHINE_INSTANCE,
                            "status: {phase: Running, nodeName: n1, conditions: [{type: Ready, status:"
                                    + " 'True'}]}",
                            "{phase: Running, node: n1, ready: true}"),
                    new Row(
                            WatchedKind.VIRTUAL_MACHINE_INSTANCE,
                            "status: {conditions: [{type: Ready, status: 'False'}, {type: Other,"
                                    + " status: 'True'}]}",
                            "{phase: '', ready: false}"),
                    new Row(
                            WatchedKind.LAUNCHER_POD,
                            "{spec: {nodeName: n1}, status: {phase: Running}}",
                            "{vm: '', phase: Running, node: n1}"),
                    new Row(
                            WatchedKind.PERSISTENT_VOLUME_CLAIM,
                            "{spec: {storageClassName: s, volumeName: v}, status: {phase: Bound}}",
                            "{storageClass: s, volumeName: v, phase: Bound}"),
                    new Row(
                            WatchedKind.PERSISTENT_VOLUME,
                            "{spec: {csi: {driver: d, volumeHandle: h/1}, claimRef: {namespace: n,"
                                    + " name: c}}, status: {phase: Bound}}",
                            "{driver: d, volumeHandle: h/1, claimNamespace: n, claimName: c, phase:"
                                    + " Bound}"),
                    new Row(
                            WatchedKind.PERSISTENT_VOLUME,
                            "{spec: {nfs: {server: s}}}",
                            "{phase: ''}"),
                    new Row(
                            WatchedKind.STORAGE_CLASS,
                            "{provisioner: p, parameters: {placementCount: '2', odd: 3}}",
                            "{provisioner: p, parameters: {placementCount: '2'}}"),
                    new Row(
                            WatchedKind.NODE,
                            "{spec: {unschedulable: true, taints: [{key: a/b, value: v, effect:"
                                    + " NoSchedule}, {key: c, effect: NoExecute}]}, status: {conditions:"
                                    + " [{type: Ready, status: Unknown}]}}",
                            "{ready: false, unschedulable: true, taints: ['a/b=v:NoSchedule',"
                                    + " 'c:NoExecute']}"),
                    new Row(
                            WatchedKind.VOLUME_ATTACHMENT,
                            "{spec: {nodeName: n, source: {persistentVolumeName: v}}, status:"
                                    + " {attached: true}}",
                            "{volume: v, node: n, attached: true}"),
                    new Row(
                            WatchedKind.VOLUME_ATTACHMENT,
                            "{spec: {nodeName: n, source: {inlineVolumeSpec: {}}}}",
                            "{volume: '', node: n, attached: false}"),
                    new Row(
                            WatchedKind.FENCE,
                            "data: {web: prod/g/3/1}",
                            "claims: {web: prod/g/3/1}"),
                    new Row(
                            WatchedKind.PROTECTION_GROUP,
                            "{spec: {virtualMachines: [{name: a, bootGroup: 2}]}, status: {vmCount: 1}}",
                            "{finalizers: [f], spec: {virtualMachines: [{name: a, bootGroup: 2}]},"
                                    + " status: {vmCount: 1}}"),
                    new Row(
                            WatchedKind.GROUP_OWNERSHIP,
                            "{}",
                            "{finalizers: [f], spec: {}, status: {}}"));

    @Test
    void each_kind_shows_the_fields_that_are_decided_on() throws Exception {
        for (Row row : TABLE) {
            var fact =
                    (com.fasterxml.jackson.databind.node.ObjectNode)
                            EventCodec.tree((Record) project(row.kind(), row.object()));
            fact.remove(List.of("meta", "definition", "digest", "macs"));
            assertThat(JSON.readTree(fact.toString()))
                    .as(row.kind() + " " + row.object())
                    .isEqualTo(JSON.readTree(YAML.readTree(row.fact()).toString()));
        }
    }

    @Test
    void definitions_are_told_by_digest_and_by_what_they_need() throws Exception {
        String vm =
                "{spec: {running: true, template: {spec: {domain: {devices: {tpm: {persistent: true},"
                        + " interfaces: [{name: a}, {name: b, macAddress: '02:01'}]}}, volumes: [{name: v,"
                        + " secret: {secretName: s}}]}}}}";
        VirtualMachineFact on = (VirtualMachineFact) project(WatchedKind.VIRTUAL_MACHINE, vm);
        VirtualMachineFact off =
                (VirtualMachineFact)
                        project(
                                WatchedKind.VIRTUAL_MACHINE,
                                vm.replace("true, temp", "false, temp"));
        assertThat(on.definition()).isEqualTo(off.definition());
        assertThat(on.definition())
                .satisfies(
                        d -> {
                            assertThat(d.keepsState()).isTrue();
                            assertThat(d.openInterfaces()).containsExactly("a");
                            assertThat(d.needs())
                                    .extracting(n -> n.kind() + " " + n.name())
                                    .containsExactly("Secret s");
                        });
        VirtualMachineInstanceFact guest =
                (VirtualMachineInstanceFact)
                        project(
                                WatchedKind.VIRTUAL_MACHINE_INSTANCE,
                                "status: {interfaces: [{name: a, mac: '02:09'}, {mac: '02:07'}]}");
        assertThat(guest.macs()).containsExactly(Map.entry("a", "02:09"));
        PersistentVolumeFact unclaimed =
                (PersistentVolumeFact)
                        project(WatchedKind.PERSISTENT_VOLUME, "{spec: {nfs: {server: s}}}");
        assertThat(unclaimed.digest()).isNotEmpty();
        Record secret = (Record) project(WatchedKind.SECRET, "{data: {password: aGVsbG8=}}");
        assertThat(new String(EventCodec.encode(secret), UTF_8)).doesNotContain("aGVsbG8");
    }

    @ParameterizedTest
    @EnumSource
    void an_object_with_nothing_in_it_is_still_a_fact_that_can_be_read_back(WatchedKind kind)
            throws Exception {
        Record fact = (Record) project(kind, "{}");
        assertThat(EventCodec.decode(EventType.of(fact).type(), EventCodec.encode(fact)))
                .isEqualTo(fact);
    }

    @Test
    void identity_and_our_own_annotations_come_along() throws Exception {
        var meta =
                EventCodec.tree((Record) project(WatchedKind.VIRTUAL_MACHINE, "spec: {}"))
                        .get("meta");
        assertThat(JSON.readTree(meta.toString()))
                .isEqualTo(
                        JSON.readTree(
                                YAML.readTree(
                                                "{uid: u, resourceVersion: '7', generation: 3,"
                                                        + " createdAt: '2026-01-02T03:04:05Z',"
                                                        + " annotations:"
                                                        + " {siterecovery.trilio.io/claim: c}}")
                                        .toString()));
    }

    @Test
    void a_change_of_version_alone_shows_only_where_we_write_with_it() throws Exception {
        assertThat(meta(WatchedKind.VIRTUAL_MACHINE)).isEqualTo("7");
        assertThat(meta(WatchedKind.FENCE)).isEqualTo("7");
        assertThat(meta(WatchedKind.FAILOVER)).isEqualTo("7");
        assertThat(meta(WatchedKind.NODE)).isEmpty();
        assertThat(meta(WatchedKind.LAUNCHER_POD)).isEmpty();
    }

    @Test
    void a_launcher_pod_is_its_owners() throws Exception {
        GenericKubernetesResource pod = object("{}");
        pod.getMetadata().setLabels(java.util.Map.of("vm.kubevirt.io/name", "old"));
        assertThat(vm(pod)).isEqualTo("old");
        pod.getMetadata().getAnnotations().put("kubevirt.io/domain", "domain");
        assertThat(vm(pod)).isEqualTo("domain");
        pod.getMetadata()
                .setOwnerReferences(
                        List.of(
                                new io.fabric8.kubernetes.api.model.OwnerReferenceBuilder()
                                        .withKind("VirtualMachineInstance")
                                        .withName("owner")
                                        .build()));
        assertThat(vm(pod)).isEqualTo("owner");
    }

    private static String vm(GenericKubernetesResource pod) {
        return EventCodec.tree((Record) Projections.project(WatchedKind.LAUNCHER_POD, pod))
                .get("vm")
                .asText();
    }

    private static String meta(WatchedKind kind) throws Exception {
        return EventCodec.tree((Record) project(kind, "{}")).at("/meta/resourceVersion").asText();
    }

    private static ClusterFact project(WatchedKind kind, String yaml) throws Exception {
        return Projections.project(kind, object(yaml));
    }

    private static GenericKubernetesResource object(String yaml) throws Exception {
        GenericKubernetesResource object = YAML.readValue(yaml, GenericKubernetesResource.class);
        object.setMetadata(
                YAML.readValue(
                        """
                        name: n
                        namespace: ns
                        uid: u
                        resourceVersion: "7"
                        generation: 3
                        creationTimestamp: "2026-01-02T03:04:05Z"
                        finalizers: [f]
                        annotations: {siterecovery.trilio.io/claim: c, other: x}
                        """,
                        io.fabric8.kubernetes.api.model.ObjectMeta.class));
        return object;
    }
}
