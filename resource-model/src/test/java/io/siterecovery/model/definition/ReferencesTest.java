package io.siterecovery.model.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferencesTest {

    @Test
    void finds_all_that_a_machine_cannot_start_without() throws JsonProcessingException {
        assertThat(
                        of(
                                """
                                metadata: {namespace: shop, name: web}
                                spec:
                                  instancetype: {name: u1.medium, revisionName: web-u1-1}
                                  preference: {name: linux, kind: VirtualMachinePreference}
                                  template:
                                    spec:
                                      accessCredentials:
                                        - sshPublicKey: {source: {secret: {secretName: keys}}}
                                        - userPassword: {source: {secret: {secretName: passwords}}}
                                      networks:
                                        - {name: default, pod: {}}
                                        - {name: lan, multus: {networkName: vlan10}}
                                        - {name: san, multus: {networkName: storage/vlan20}}
                                      volumes:
                                        - {name: a, secret: {secretName: app, optional: true}}
                                        - {name: b, configMap: {name: settings}}
                                        - {name: c, sysprep: {secret: {name: unattend}}}
                                        - {name: d, sysprep: {configMap: {name: unattend}}}
                                        - {name: e, serviceAccount: {serviceAccountName: robot}}
                                        - {name: f, cloudInitNoCloud: {secretRef: {name: user}, networkDataSecretRef: {name: net}}}
                                        - {name: g, cloudInitConfigDrive: {secretRef: {name: user}}}
                                        - {name: h, containerDisk: {image: tools, imagePullSecret: pull}}
                                        - {name: i, persistentVolumeClaim: {claimName: disk}}
                                """))
                .containsExactly(
                        "VirtualMachineClusterInstancetype u1.medium",
                        "ControllerRevision shop/web-u1-1",
                        "VirtualMachinePreference shop/linux",
                        "Secret shop/app (optional)",
                        "ConfigMap shop/settings",
                        "Secret shop/unattend",
                        "ConfigMap shop/unattend",
                        "ServiceAccount shop/robot",
                        "Secret shop/user",
                        "Secret shop/net",
                        "Secret shop/pull",
                        "Secret shop/keys",
                        "Secret shop/passwords",
                        "NetworkAttachmentDefinition shop/vlan10",
                        "NetworkAttachmentDefinition storage/vlan20");
    }

    @Test
    void what_is_not_as_it_should_be_is_no_reference() throws JsonProcessingException {
        assertThat(
                        of(
                                """
                                metadata: {namespace: shop, name: web}
                                spec:
                                  instancetype: text
                                  template: {spec: {volumes: {name: a}, networks: [7, {multus: {}}]}}
                                """))
                .isEmpty();
    }

    private static List<String> of(String vm) throws JsonProcessingException {
        return References.of(new YAMLMapper().readTree(vm)).stream()
                .map(r -> r + (r.optional() ? " (optional)" : ""))
                .toList();
    }
}
