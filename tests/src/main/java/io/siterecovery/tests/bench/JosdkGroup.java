package io.siterecovery.tests.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A ProtectionGroup as an operator's primary resource. */
@Group("siterecovery.trilio.io")
@Version("v1alpha1")
@Kind("ProtectionGroup")
public final class JosdkGroup extends CustomResource<JosdkGroup.Spec, JosdkGroup.Status>
        implements Namespaced {

    private static final long serialVersionUID = 1;

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Spec(List<Member> virtualMachines) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Member(String name) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Status(
            @Nullable Long observedGeneration,
            @Nullable String state,
            @Nullable Integer vmCount,
            @Nullable List<Condition> conditions) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Condition(
            String type,
            String status,
            String reason,
            String message,
            @Nullable Long observedGeneration) {}
}
