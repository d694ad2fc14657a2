package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.admission.ValidatingPolicies;
import io.siterecovery.sandbox.kubernetes.api.ApiCatalog;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.auth.BootstrapRoles;
import io.siterecovery.sandbox.kubernetes.auth.RoleAuthorizer;
import io.siterecovery.sandbox.kubernetes.auth.ServiceAccountTokens;
import io.siterecovery.sandbox.kubernetes.auth.User;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.store.ObjectStore;
import io.siterecovery.sandbox.kubernetes.store.ObjectTable;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** The state of one cluster and who works on it: what the verbs need to find one another. */
public final class Cluster {
    private final ObjectStore store = new ObjectStore();
    private final CustomResources customResources;
    private final ValidatingPolicies policies;
    private final ObjectTable namespaces;
    private final Writer writer;
    private final Deleter deleter;
    private final Reader reader;
    private final RoleAuthorizer authorizer;
    private final Set<String> refusals = new ConcurrentSkipListSet<>();
    private final ServiceAccountTokens tokens;
    private final TokenRequests tokenRequests;

    public Cluster() {
        customResources = new CustomResources(store);
        namespaces = store.table("namespaces", List.of("status.phase"));
        policies =
                new ValidatingPolicies(
                        store,
                        store.table(
                                "validatingadmissionpolicies.admissionregistration.k8s.io",
                                List.of()),
                        store.table(
                                "validatingadmissionpolicybindings.admissionregistration.k8s.io",
                                List.of()),
                        namespaces,
                        this::catalog);
        deleter = new Deleter(this);
        writer = new Writer(this);
        reader = new Reader(this);
        authorizer = new RoleAuthorizer(store);
        tokens =
                new ServiceAccountTokens(
                        store,
                        table(served("", "serviceaccounts")),
                        table(served("", "pods")),
                        table(served("", "nodes")));
        tokenRequests = new TokenRequests(this);
        for (String name : List.of("default", "kube-system", "kube-public", "kube-node-lease")) {
            createNamespace(name);
        }
        for (ObjectNode object : BootstrapRoles.objects()) {
            String kind = Json.text(object, "kind");
            create(
                    served("rbac.authorization.k8s.io", kind.toLowerCase(Locale.ROOT) + "s"),
                    object);
        }
    }

    public ObjectStore store() {
        return store;
    }

    public Writer writer() {
        return writer;
    }

    public Deleter deleter() {
        return deleter;
    }

    public Reader reader() {
        return reader;
    }

    /** What is served at this moment. */
    public ApiCatalog catalog() {
        return customResources.catalog();
    }

    public ObjectTable table(ApiResource resource) {
        return store.table(resource.table(), resource.selectableFields());
    }

    public @Nullable Stored namespace(String name) {
        return store.get(namespaces, "", name);
    }

    ValidatingPolicies policies() {
        return policies;
    }

    ObjectTable namespaces() {
        return namespaces;
    }

    public RoleAuthorizer authorizer() {
        return authorizer;
    }

    /** What was refused for want of a right: who, what and where, each once. */
    public Set<String> refusals() {
        return refusals;
    }

    public ServiceAccountTokens tokens() {
        return tokens;
    }

    public TokenRequests tokenRequests() {
        return tokenRequests;
    }

    private ApiResource served(String group, String plural) {
        ApiResource resource = catalog().find(group, "v1", plural);
        if (resource == null) {
            throw new IllegalStateException(plural + " are not served");
        }
        return resource;
    }

    private void createNamespace(String name) {
        ObjectNode namespace = Json.object().put("apiVersion", "v1").put("kind", "Namespace");
        namespace.putObject("metadata").put("name", name);
        create(served("", "namespaces"), namespace);
    }

    private void create(ApiResource resource, ObjectNode object) {
        writer.create(
                new Call(User.SYSTEM, resource, "", "", "", false, Call.FieldValidation.Ignore),
                object);
    }
}
