package io.siterecovery.tenants.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ContractTest {

    @Test
    void the_router_understands_what_is_published() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            OpenAPIContract contract =
                    OpenAPIContract.from(vertx, Contract.forRouter())
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS);
            assertThat(contract.operations())
                    .extracting(Operation::getOperationId)
                    .contains("listDeployments", "rotateCredentials", "cordonDeployment");
        } finally {
            vertx.close();
        }
    }

    @Test
    void a_verb_at_the_end_is_a_step_for_the_router() {
        assertThat(Contract.routed("/deployments/{deployment}:cordon"))
                .isEqualTo("/deployments/{deployment}/~cordon");
        assertThat(Contract.routed("/api/v1/deployments/prod/credentials:rotate"))
                .isEqualTo("/api/v1/deployments/prod/credentials/~rotate");
        assertThat(Contract.routed("/api/v1/deployments/prod")).isEqualTo("/api/v1/deployments/prod");
    }
}
