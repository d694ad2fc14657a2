package io.siterecovery.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The product's fence, as its policies stand in the design: a listed VM runs for nobody. */
class FenceIT {
    private static final String AGENT = "system:serviceaccount:site-recovery:control-plane";
    private static final String VMS = "/apis/kubevirt.io/v1/namespaces/default/virtualmachines";
    private static final String VMIS =
            "/apis/kubevirt.io/v1/namespaces/default/virtualmachineinstances";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    @TempDir static Path dir;
    static TestCluster cluster;
    static RawApi human;
    static RawApi agent;

    @BeforeAll
    static void start() throws IOException, GeneralSecurityException {
        cluster = new TestCluster(dir);
        human = cluster.admin();
        agent = cluster.as(AGENT);
        Kubectl kubectl =
                new Kubectl(
                        dir.resolve("home"),
                        cluster.server().kubeconfig("admin", "system:masters"));
        kubectl.runWithInput(TestCluster.resource("kubevirt-crds.yaml"), "apply", "-f", "-")
                .succeeded();
        kubectl.runWithInput(TestCluster.resource("fence.yaml"), "apply", "-f", "-").succeeded();
    }

    @AfterAll
    static void stop() throws Exception {
        agent.close();
        cluster.close();
    }

    @BeforeEach
    void list_the_machine() throws Exception {
        human.post(VMS, vm("listed", "{\"running\":false}"));
        RawApi.Answer fenced =
                agent.post(
                        MAPS,
                        "{\"metadata\":{\"name\":\"site-recovery-fence\"},"
                                + "\"data\":{\"listed\":\"epoch 3\"}}");
        assertThat(fenced.code()).as(fenced.text()).isEqualTo(201);
    }

    @AfterEach
    void clean_up() throws Exception {
        agent.delete(MAPS + "/site-recovery-fence");
        human.delete(VMS + "/listed");
        human.delete(VMIS + "/listed");
    }

    @Test
    void nobody_starts_a_listed_machine() throws Exception {
        for (RawApi user : new RawApi[] {human, agent}) {
            RawApi.Answer refused =
                    user.patch(VMS + "/listed", "merge", "{\"spec\":{\"running\":true}}");
            assertThat(refused.code()).isEqualTo(403);
            assertThat(Json.text(refused.json(), "reason")).isEqualTo("Forbidden");
            assertThat(Json.text(refused.json(), "message"))
                    .isEqualTo(
                            "virtualmachines.kubevirt.io \"listed\" is forbidden:"
                                    + " ValidatingAdmissionPolicy 'fence-cm.siterecovery.trilio.io'"
                                    + " with binding 'fence-cm.siterecovery.trilio.io' denied"
                                    + " request: VM default/listed is fenced by Site Recovery"
                                    + " (epoch 3): it runs on the other site; starting it here is"
                                    + " refused");
        }
        assertThat(merge("listed?dryRun=All", "{\"spec\":{\"running\":true}}")).isEqualTo(403);
        assertThat(merge("listed", "{\"spec\":{\"running\":null,\"runStrategy\":\"Always\"}}"))
                .isEqualTo(403);
        JsonNode vm = human.get(VMS + "/listed").json();
        Json.child((ObjectNode) vm, "spec").put("running", true);
        assertThat(human.put(VMS + "/listed", vm.toString()).code()).isEqualTo(403);
    }

    @Test
    void nobody_gets_around_it_by_making_the_machine_again() throws Exception {
        human.delete(VMS + "/listed");

        assertThat(human.post(VMS, vm("listed", "{\"running\":true}")).code()).isEqualTo(403);
        assertThat(human.post(VMS, vm("listed", "{\"runStrategy\":\"Odd\"}")).code())
                .isEqualTo(403);
        assertThat(human.post(VMS, vm("listed", "{}")).code()).isEqualTo(403);
        assertThat(human.post(VMS, vm("listed", "{\"runStrategy\":\"Halted\"}")).code())
                .isEqualTo(201);
    }

    @Test
    void nobody_makes_an_instance_of_a_listed_machine() throws Exception {
        String vmi = vm("listed", "{}").replace("VirtualMachine", "VirtualMachineInstance");
        assertThat(human.post(VMIS, vmi).code()).isEqualTo(403);
        assertThat(agent.post(VMIS, vmi).code()).isEqualTo(403);
        assertThat(human.post(VMIS, vmi.replace("listed", "free")).code()).isEqualTo(201);
    }

    @Test
    void lets_stops_and_writes_beside_the_spec_pass() throws Exception {
        assertThat(merge("listed", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}")).isEqualTo(200);
        assertThat(merge("listed", "{\"metadata\":{\"finalizers\":[\"x/y\"]}}")).isEqualTo(200);
        assertThat(merge("listed", "{\"metadata\":{\"finalizers\":null}}")).isEqualTo(200);
        assertThat(merge("listed", "{\"spec\":{\"running\":false}}")).isEqualTo(200);
        assertThat(human.post(VMS, vm("other", "{\"running\":true}")).code()).isEqualTo(201);
        assertThat(human.delete(VMS + "/other").code()).isEqualTo(200);
    }

    @Test
    void acts_and_ends_at_the_very_next_write() throws Exception {
        agent.patch(MAPS + "/site-recovery-fence", "merge", "{\"data\":{\"listed\":null}}");
        assertThat(merge("listed", "{\"spec\":{\"running\":true}}")).isEqualTo(200);
        assertThat(merge("listed", "{\"spec\":{\"running\":false}}")).isEqualTo(200);
        agent.patch(MAPS + "/site-recovery-fence", "merge", "{\"data\":{\"listed\":\"again\"}}");
        assertThat(merge("listed", "{\"spec\":{\"running\":true}}")).isEqualTo(403);
        agent.delete(MAPS + "/site-recovery-fence");
        assertThat(merge("listed", "{\"spec\":{\"running\":true}}")).isEqualTo(200);
    }

    @Test
    void only_the_agent_touches_the_list() throws Exception {
        String path = MAPS + "/site-recovery-fence";
        assertThat(human.patch(path, "merge", "{\"data\":{\"listed\":null}}").code())
                .isEqualTo(403);
        assertThat(human.delete(path).code()).isEqualTo(403);
        assertThat(human.post(MAPS, "{\"metadata\":{\"name\":\"another\"}}").code()).isEqualTo(201);
    }

    private static int merge(String name, String patch) throws Exception {
        return human.patch(VMS + "/" + name, "merge", patch).code();
    }

    private static String vm(String name, String spec) {
        return "{\"apiVersion\":\"kubevirt.io/v1\",\"kind\":\"VirtualMachine\",\"metadata\":"
                + "{\"name\":\""
                + name
                + "\"},\"spec\":"
                + spec
                + "}";
    }
}
