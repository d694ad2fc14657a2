package io.siterecovery.tests.conformance.rows;

import static io.siterecovery.tests.conformance.rows.Checks.done;
import static io.siterecovery.tests.conformance.rows.Checks.message;
import static io.siterecovery.tests.conformance.rows.Checks.meta;
import static io.siterecovery.tests.conformance.rows.Checks.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.tests.conformance.RawApi;
import io.siterecovery.tests.conformance.Row;
import io.siterecovery.tests.conformance.Target;
import java.util.List;

/** The kinds that Site Recovery reads or writes, as far as they have rules of their own. */
public final class KindRows {
    private static final String AREA = "kinds";

    private KindRows() {}

    /** In the order of the table. */
    public static List<Row> rows() {
        return List.of(
                Row.of(AREA, "wrong types in built-in kinds are refused", KindRows::wrongTypes),
                Row.of(AREA, "Namespace: label, phase, finalizer", KindRows::namespaces),
                Row.of(AREA, "Node: status apart, taints checked", KindRows::nodes),
                Row.of(AREA, "Pod: defaults, immutable spec, fields to select by", KindRows::pods),
                Row.of(
                        AREA,
                        "PersistentVolumeClaim: needs, binding, immutability",
                        KindRows::claims),
                Row.of(AREA, "PersistentVolume: needs, source for good", KindRows::volumes),
                Row.of(AREA, "StorageClass: defaults, parameters for good", KindRows::classes),
                Row.of(
                        AREA,
                        "VolumeAttachment: status apart, spec for good",
                        KindRows::attachments),
                Row.of(AREA, "Secret: stringData, base64, type for good", KindRows::secrets),
                Row.of(AREA, "ConfigMap: immutable", KindRows::maps),
                Row.of(AREA, "Lease", KindRows::leases),
                Row.of(
                        AREA,
                        "Event: both APIs over the same, its object's namespace",
                        KindRows::events),
                Row.of(
                        AREA,
                        "KubeVirt and snapshot kinds through definitions",
                        KindRows::kubevirt));
    }

    private static void wrongTypes(Target t) throws Exception {
        String core = "/api/v1/namespaces/" + t.namespace("wrong");
        for (String[] wrong :
                new String[][] {
                    {"/configmaps", "\"data\":{\"k\":1}"},
                    {"/configmaps", "\"data\":[]"},
                    {"/configmaps", "\"immutable\":\"yes\""},
                    {"/persistentvolumeclaims", "\"spec\":\"x\""},
                    {"/persistentvolumeclaims", "\"spec\":{\"accessModes\":\"ReadWriteOnce\"}"},
                    {"/pods", "\"spec\":{\"containers\":[{\"name\":1}]}"},
                    {"/pods", "\"spec\":{\"terminationGracePeriodSeconds\":\"x\"}"},
                }) {
            RawApi.Answer refusal =
                    t.api()
                            .post(
                                    core + wrong[0],
                                    "{\"metadata\":{\"name\":\"a\"}," + wrong[1] + "}");
            refused(refusal, 400, "BadRequest");
            assertThat(message(refusal)).contains("cannot be handled as a");
        }
    }

    private static void namespaces(Target t) throws Exception {
        JsonNode made = done(t.api().get("/api/v1/namespaces/" + t.namespace("ns")));
        assertThat(made.at("/status/phase").asText()).isEqualTo("Active");
        assertThat(made.at("/spec/finalizers").toString()).isEqualTo("[\"kubernetes\"]");
        if (t.minor() >= NAME_LABEL) {
            assertThat(made.at("/metadata/labels/kubernetes.io~1metadata.name").asText())
                    .isEqualTo(t.named("ns"));
        }
        assertThat(done(t.api().get("/api/v1/namespaces/kube-system")).at("/metadata/uid").asText())
                .hasSize(36);
    }

    private static final int NAME_LABEL = 21;

    private static void nodes(Target t) throws Exception {
        String path = "/api/v1/nodes/" + t.named("kinds");
        t.create("/api/v1/nodes", meta("\"name\":\"" + t.named("kinds") + "\""));
        JsonNode main =
                done(
                        t.api()
                                .patch(
                                        path,
                                        "merge",
                                        "{\"status\":{\"phase\":\"X\"},\"metadata\":{\"annotations\":{\"a/b\":\"c\"}}}"));
        assertThat(main.at("/status/phase").asText()).isNotEqualTo("X");
        assertThat(main.at("/metadata/annotations/a~1b").asText()).isEqualTo("c");
        JsonNode status =
                done(
                        t.api()
                                .patch(
                                        path + "/status",
                                        "strategic-merge",
                                        "{\"status\":{\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"192.0.2.7\"}]}}"));
        assertThat(status.at("/status/addresses/0/address").asText()).isEqualTo("192.0.2.7");
        refused(
                t.api()
                        .patch(
                                path,
                                "merge",
                                "{\"spec\":{\"taints\":[{\"key\":\"a\",\"effect\":\"Maybe\"}]}}"),
                422,
                "Invalid");
        String json =
                "[{\"op\":\"add\",\"path\":\"/spec/taints\",\"value\":[{\"key\":\"drbd.linbit.com/lost-quorum\",\"effect\":\"NoSchedule\"}]}]";
        done(t.api().patch(path, "json", json));
    }

    private static void pods(Target t) throws Exception {
        String pods = "/api/v1/namespaces/" + t.namespace("pods2") + "/pods";
        JsonNode made =
                done(
                        t.api()
                                .post(
                                        pods,
                                        "{\"metadata\":{\"name\":\"a\",\"labels\":{\"kubevirt.io\":\"virt-launcher\"}},"
                                                + "\"spec\":{\"nodeName\":\"n\",\"containers\":[{\"name\":\"a\",\"image\":\"b\"}]}}"));
        assertThat(made.at("/spec/restartPolicy").asText()).isEqualTo("Always");
        assertThat(made.at("/spec/terminationGracePeriodSeconds").asInt()).isEqualTo(30);
        assertThat(made.at("/status/phase").asText()).isEqualTo("Pending");
        RawApi.Answer refusal =
                t.api().patch(pods + "/a", "merge", "{\"spec\":{\"nodeName\":\"m\"}}");
        refused(refusal, 422, "Invalid");
        assertThat(message(refusal)).contains("pod updates may not change fields other than");
        done(
                t.api()
                        .patch(
                                pods + "/a",
                                "strategic-merge",
                                "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"c\"}]}}"));
        done(t.api().patch(pods + "/a/status", "merge", "{\"status\":{\"phase\":\"Running\"}}"));
        String query = "?fieldSelector=spec.nodeName%3Dn,status.phase%3DRunning";
        assertThat(Checks.items(t.api(), pods + query)).isEqualTo(1);
        assertThat(Checks.items(t.api(), pods + query.replace("Running", "Failed"))).isZero();
        refused(
                t.api().post(pods, "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"containers\":[]}}"),
                422,
                "Invalid");
        refused(
                t.api()
                        .post(
                                pods,
                                "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"containers\":[{\"name\":\"a\"}]}}"),
                422,
                "Invalid");
        done(t.api().delete(pods + "/a?gracePeriodSeconds=0"));
    }

    private static void claims(Target t) throws Exception {
        String claims = "/api/v1/namespaces/" + t.namespace("claims2") + "/persistentvolumeclaims";
        String claim =
                "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"storageClassName\":\"fast\",\"accessModes\":[\"ReadWriteMany\"],"
                        + "\"volumeMode\":\"Block\",\"resources\":{\"requests\":{\"storage\":\"1Gi\"}}}}";
        JsonNode made = done(t.api().post(claims, claim));
        assertThat(made.at("/status/phase").asText()).isEqualTo("Pending");
        done(t.api().patch(claims + "/a", "merge", "{\"spec\":{\"volumeName\":\"pv\"}}"));
        RawApi.Answer refusal =
                t.api().patch(claims + "/a", "merge", "{\"spec\":{\"storageClassName\":\"slow\"}}");
        refused(refusal, 422, "Invalid");
        assertThat(message(refusal))
                .contains("is immutable after creation except resources.requests");
        refused(
                t.api().patch(claims + "/a", "merge", "{\"spec\":{\"volumeName\":\"other\"}}"),
                422,
                "Invalid");
        done(t.api().patch(claims + "/a/status", "merge", "{\"status\":{\"phase\":\"Bound\"}}"));
        String other = claim.replace("\"a\"", "\"b\"");
        refused(t.api().post(claims, other.replace("\"ReadWriteMany\"", "")), 422, "Invalid");
        refused(t.api().post(claims, other.replace("\"storage\":\"1Gi\"", "")), 422, "Invalid");
    }

    private static void volumes(Target t) throws Exception {
        String name = t.named("pv");
        String volume =
                ("{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"capacity\":{\"storage\":\"1Gi\"},\"accessModes\":[\"ReadWriteMany\"],"
                                + "\"csi\":{\"driver\":\"linstor.csi.linbit.com\",\"volumeHandle\":\"h\"},"
                                + "\"claimRef\":{\"namespace\":\"x\",\"name\":\"y\"}}}")
                        .formatted(name);
        JsonNode made = t.create("/api/v1/persistentvolumes", volume);
        assertThat(made.at("/status/phase").asText()).isEqualTo("Pending");
        assertThat(made.at("/spec/volumeMode").asText()).isEqualTo("Filesystem");
        assertThat(made.at("/spec/persistentVolumeReclaimPolicy").asText()).isEqualTo("Retain");
        String path = "/api/v1/persistentvolumes/" + name;
        RawApi.Answer refusal =
                t.api().patch(path, "merge", "{\"spec\":{\"csi\":{\"volumeHandle\":\"other\"}}}");
        refused(refusal, 422, "Invalid");
        assertThat(message(refusal))
                .contains("spec.persistentvolumesource", "is immutable after creation");
        done(t.api().patch(path, "merge", "{\"spec\":{\"claimRef\":null}}"));
        String other = volume.replace(name, name + "2");
        for (String missing : List.of("\"storage\":\"1Gi\"", "\"ReadWriteMany\"")) {
            refused(
                    t.api().post("/api/v1/persistentvolumes", other.replace(missing, "")),
                    422,
                    "Invalid");
        }
        refused(
                t.api()
                        .post(
                                "/api/v1/persistentvolumes",
                                other.replaceAll("\"csi\":\\{[^}]*\\},", "")),
                422,
                "Invalid");
    }

    private static void classes(Target t) throws Exception {
        String name = t.named("sc");
        String classes = "/apis/storage.k8s.io/v1/storageclasses";
        JsonNode made =
                t.create(
                        classes,
                        "{\"metadata\":{\"name\":\"%s\"},\"provisioner\":\"p.example.io\",\"parameters\":{\"a\":\"b\"}}"
                                .formatted(name));
        assertThat(made.path("reclaimPolicy").asText()).isEqualTo("Delete");
        assertThat(made.path("volumeBindingMode").asText()).isEqualTo("Immediate");
        for (String patch :
                List.of(
                        "{\"parameters\":{\"a\":\"c\"}}",
                        "{\"provisioner\":\"q.example.io\"}",
                        "{\"volumeBindingMode\":\"WaitForFirstConsumer\"}")) {
            refused(t.api().patch(classes + "/" + name, "merge", patch), 422, "Invalid");
        }
        done(t.api().patch(classes + "/" + name, "merge", "{\"allowVolumeExpansion\":true}"));
        refused(t.api().post(classes, meta("\"name\":\"" + name + "2\"")), 422, "Invalid");
    }

    private static void attachments(Target t) throws Exception {
        String name = t.named("va");
        String attachments = "/apis/storage.k8s.io/v1/volumeattachments";
        t.create(
                attachments,
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"attacher\":\"a.example.io\",\"nodeName\":\"n\",\"source\":{\"persistentVolumeName\":\"pv\"}}}"
                        .formatted(name));
        String path = attachments + "/" + name;
        JsonNode attached =
                done(t.api().patch(path + "/status", "merge", "{\"status\":{\"attached\":true}}"));
        assertThat(attached.at("/status/attached").asBoolean()).isTrue();
        refused(t.api().patch(path, "merge", "{\"spec\":{\"nodeName\":\"m\"}}"), 422, "Invalid");
        refused(
                t.api()
                        .post(
                                attachments,
                                "{\"metadata\":{\"name\":\"" + name + "2\"},\"spec\":{}}"),
                422,
                "Invalid");
    }

    private static void secrets(Target t) throws Exception {
        String secrets = "/api/v1/namespaces/" + t.namespace("secrets") + "/secrets";
        JsonNode made =
                done(
                        t.api()
                                .post(
                                        secrets,
                                        "{\"metadata\":{\"name\":\"a\"},\"stringData\":{\"k\":\"é\"}}"));
        assertThat(made.at("/data/k").asText()).isEqualTo("w6k=");
        assertThat(made.has("stringData")).isFalse();
        assertThat(made.path("type").asText()).isEqualTo("Opaque");
        refused(
                t.api().post(secrets, "{\"metadata\":{\"name\":\"b\"},\"data\":{\"k\":\"%\"}}"),
                400,
                "BadRequest");
        refused(t.api().patch(secrets + "/a", "merge", "{\"type\":\"x/y\"}"), 422, "Invalid");
        assertThat(Checks.items(t.api(), secrets + "?fieldSelector=type%3DOpaque")).isEqualTo(1);
    }

    private static void maps(Target t) throws Exception {
        String maps = t.maps("immutable");
        done(
                t.api()
                        .post(
                                maps,
                                "{\"metadata\":{\"name\":\"a\"},\"immutable\":true,\"data\":{\"k\":\"v\"}}"));
        RawApi.Answer refusal = t.api().patch(maps + "/a", "merge", "{\"data\":{\"k\":\"w\"}}");
        refused(refusal, 422, "Invalid");
        assertThat(message(refusal)).contains("field is immutable when `immutable` is set");
        done(t.api().patch(maps + "/a", "merge", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}"));
        done(t.api().delete(maps + "/a"));
    }

    private static void leases(Target t) throws Exception {
        String leases =
                "/apis/coordination.k8s.io/v1/namespaces/" + t.namespace("leases") + "/leases";
        JsonNode made =
                done(
                        t.api()
                                .post(
                                        leases,
                                        "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"holderIdentity\":\"me\",\"leaseDurationSeconds\":10,"
                                                + "\"renewTime\":\"2026-01-02T03:04:05.678901Z\"}}"));
        assertThat(made.at("/spec/renewTime").asText()).isEqualTo("2026-01-02T03:04:05.678901Z");
        done(t.api().patch(leases + "/a", "merge", "{\"spec\":{\"holderIdentity\":\"you\"}}"));
        done(t.api().delete(leases + "/a"));
    }

    private static void events(Target t) throws Exception {
        String namespace = t.namespace("events2");
        String event =
                """
                {"metadata":{"name":"e"},"note":"hello","reason":"R","action":"A","type":"Normal",
                 "reportingController":"siterecovery.trilio.io/x","reportingInstance":"i",
                 "eventTime":"2026-01-02T03:04:05.000000Z",
                 "regarding":{"kind":"Pod","name":"p","namespace":"%s"}}
                """
                        .formatted(namespace);
        done(t.api().post("/apis/events.k8s.io/v1/namespaces/" + namespace + "/events", event));
        JsonNode core = done(t.api().get("/api/v1/namespaces/" + namespace + "/events/e"));
        assertThat(core.path("message").asText()).isEqualTo("hello");
        assertThat(core.at("/involvedObject/name").asText()).isEqualTo("p");
        assertThat(core.path("reportingComponent").asText()).isEqualTo("siterecovery.trilio.io/x");
        RawApi.Answer refusal =
                t.api()
                        .post(
                                "/api/v1/namespaces/" + namespace + "/events",
                                "{\"metadata\":{\"name\":\"f\"},\"involvedObject\":{\"namespace\":\"elsewhere\"}}");
        refused(refusal, 422, "Invalid");
        assertThat(message(refusal)).contains("does not match event.namespace");
    }

    private static void kubevirt(Target t) throws Exception {
        t.install("kubevirt-crds.yaml");
        String namespace = t.namespace("kubevirt");
        String vms =
                "/apis/kubevirt." + t.group() + "/v1/namespaces/" + namespace + "/virtualmachines";
        JsonNode made =
                done(
                        t.api()
                                .post(
                                        vms,
                                        "{\"apiVersion\":\"kubevirt.%s/v1\",\"kind\":\"VirtualMachine\",\"metadata\":{\"name\":\"vm\"},\"spec\":{\"running\":true,\"template\":{\"spec\":{\"domain\":{}}}}}"
                                                .formatted(t.group())));
        assertThat(made.at("/metadata/generation").asInt()).isEqualTo(1);
        done(
                t.api()
                        .patch(
                                vms + "/vm",
                                "json",
                                "[{\"op\":\"test\",\"path\":\"/spec/running\",\"value\":true},{\"op\":\"replace\",\"path\":\"/spec/running\",\"value\":false}]"));
        String snapshots =
                "/apis/snapshot." + t.group() + "/v1/namespaces/" + namespace + "/volumesnapshots";
        done(
                t.api()
                        .post(
                                snapshots,
                                "{\"apiVersion\":\"snapshot.%s/v1\",\"kind\":\"VolumeSnapshot\",\"metadata\":{\"name\":\"s\"},\"spec\":{\"source\":{\"persistentVolumeClaimName\":\"c\"}}}"
                                        .formatted(t.group())));
        done(t.api().patch(snapshots + "/s/status", "merge", "{\"status\":{\"readyToUse\":true}}"));
    }
}
