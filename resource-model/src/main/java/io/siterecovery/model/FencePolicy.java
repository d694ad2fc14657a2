package io.siterecovery.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The admission policies of one deployment on a workload cluster: a VM that the ConfigMap {@link
 * ApiGroups#FENCE} of its namespace lists can be halted but not started or created anew, by
 * whomever; and nobody but the deployment's own account writes that ConfigMap.
 *
 * <p>Installed when a deployment is first served, since a new policy takes a second to be in force;
 * a change of the ConfigMap is in force at the next write. Our own account has no exemption: the
 * trial start that proves the fence would prove nothing.
 */
public final class FencePolicy {

    /**
     * @param namespaces the deployment's own on that cluster; empty: all
     * @param account who writes the ConfigMap: what the deployment's kubeconfig authenticates as
     * @return policies first, then their bindings
     */
    public static List<PolicyObject> of(
            String deployment, List<String> namespaces, String account) {
        String fence = fenceName(deployment);
        String guard = "site-recovery-fence-guard-" + deployment;
        return List.of(
                fence(fence, namespaces),
                guard(guard, namespaces, account),
                fenceBinding(fence),
                binding(guard));
    }

    /** Name of the policy that holds the fence of a deployment. */
    public static String fenceName(String deployment) {
        return "site-recovery-fence-" + deployment;
    }

    /** An object and where it is created. */
    public record PolicyObject(ResourceKind kind, ObjectNode object) {}

    private static PolicyObject fence(String name, List<String> namespaces) {
        ObjectNode policy = object(ResourceKind.ADMISSION_POLICY, name);
        ObjectNode spec = policy.putObject("spec").put("failurePolicy", "Fail");
        spec.putObject("paramKind").put("apiVersion", "v1").put("kind", "ConfigMap");
        ArrayNode rules = constraints(spec, namespaces);
        rule(rules, "kubevirt.io", "*", "virtualmachines", "CREATE", "UPDATE");
        rule(rules, "kubevirt.io", "*", "virtualmachineinstances", "CREATE");
        ArrayNode variables = spec.putArray("variables");
        variable(
                variables,
                "vmName",
                "has(object.metadata.name) ? object.metadata.name : request.name");
        variable(variables, "isVmi", "request.resource.resource == 'virtualmachineinstances'");
        variable(
                variables,
                "halted",
                "!variables.isVmi && ((has(object.spec.running) && !object.spec.running)"
                        + " || (has(object.spec.runStrategy)"
                        + " && object.spec.runStrategy == 'Halted'))");
        // Finalizers and labels of a fenced VM that still runs must stay writable.
        variable(variables, "specUnchanged", "oldObject != null && object.spec == oldObject.spec");
        spec.putArray("validations")
                .addObject()
                .put(
                        "expression",
                        "!has(params.data) || !(variables.vmName in params.data)"
                                + " || variables.halted || variables.specUnchanged")
                .put("reason", "Forbidden")
                .put(
                        "messageExpression",
                        "(variables.isVmi ? 'VMI ' : 'VM ') + request.namespace + '/'"
                                + " + variables.vmName + ' is fenced by Site Recovery ('"
                                + " + params.data[variables.vmName] + '): its group is not held by"
                                + " this cluster; starting it here is refused'");
        return new PolicyObject(ResourceKind.ADMISSION_POLICY, policy);
    }

    private static PolicyObject guard(String name, List<String> namespaces, String account) {
        ObjectNode policy = object(ResourceKind.ADMISSION_POLICY, name);
        ObjectNode spec = policy.putObject("spec").put("failurePolicy", "Fail");
        ObjectNode rule =
                rule(
                        constraints(spec, namespaces),
                        "",
                        "v1",
                        "configmaps",
                        "CREATE",
                        "UPDATE",
                        "DELETE");
        rule.putArray("resourceNames").add(ApiGroups.FENCE);
        spec.putArray("validations")
                .addObject()
                .put("expression", "request.userInfo.username == '" + quoted(account) + "'")
                .put("reason", "Forbidden")
                .put(
                        "message",
                        "ConfigMap "
                                + ApiGroups.FENCE
                                + " keeps VMs from running on two sites; only Site Recovery"
                                + " writes it");
        return new PolicyObject(ResourceKind.ADMISSION_POLICY, policy);
    }

    private static PolicyObject fenceBinding(String name) {
        PolicyObject binding = binding(name);
        binding.object()
                .withObject("/spec")
                .putObject("paramRef")
                .put("name", ApiGroups.FENCE)
                .put("parameterNotFoundAction", "Allow");
        return binding;
    }

    private static PolicyObject binding(String name) {
        ObjectNode binding = object(ResourceKind.ADMISSION_POLICY_BINDING, name);
        ObjectNode spec = binding.putObject("spec").put("policyName", name);
        spec.putArray("validationActions").add("Deny").add("Audit");
        return new PolicyObject(ResourceKind.ADMISSION_POLICY_BINDING, binding);
    }

    private static ArrayNode constraints(ObjectNode spec, List<String> namespaces) {
        ObjectNode constraints = spec.putObject("matchConstraints");
        if (!namespaces.isEmpty()) {
            ObjectNode expression =
                    constraints
                            .putObject("namespaceSelector")
                            .putArray("matchExpressions")
                            .addObject()
                            .put("key", "kubernetes.io/metadata.name")
                            .put("operator", "In");
            ArrayNode values = expression.putArray("values");
            namespaces.forEach(values::add);
        }
        return constraints.putArray("resourceRules");
    }

    private static ObjectNode rule(
            ArrayNode rules, String group, String version, String resource, String... operations) {
        ObjectNode rule = rules.addObject();
        rule.putArray("apiGroups").add(group);
        rule.putArray("apiVersions").add(version);
        ArrayNode out = rule.putArray("operations");
        List.of(operations).forEach(out::add);
        rule.putArray("resources").add(resource);
        return rule.put("scope", "Namespaced");
    }

    private static void variable(ArrayNode variables, String name, String expression) {
        variables.addObject().put("name", name).put("expression", expression);
    }

    private static ObjectNode object(ResourceKind kind, String name) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        object.putObject("metadata").put("name", name);
        return object;
    }

    private static String quoted(String account) {
        return account.replace("\\", "\\\\").replace("'", "\\'");
    }

    private FencePolicy() {}
}
