package io.siterecovery.failover.core.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.failover.core.request.RequestPolicy.Place;
import io.siterecovery.failover.core.request.RequestPolicy.Step;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RequestPolicyTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Place REQUEST =
            new Place("cluster1", ResourceKind.FAILOVER, "production", "fo");
    private static final Place OPERATION =
            new Place("quorum", ResourceKind.FAILOVER, "dr-prod", "cluster1.production.fo");
    private static final String RUNNING = "{\"step\": \"StoppingVMs\"}";
    private static final String ENDED =
            "{\"state\": \"Failed\", \"operation\": {\"group\": \"g\"}}";
    private static final String NONE = "{}";

    @Test
    void a_request_is_held_and_then_becomes_an_operation_once() {
        assertThat(step(request(NONE), null)).isInstanceOf(Step.Hold.class);
        assertThat(step(held(request(NONE)), null))
                .isInstanceOfSatisfying(
                        Step.Make.class,
                        m -> {
                            assertThat(m.at()).isEqualTo(OPERATION);
                            assertThat(m.annotations())
                                    .containsEntry(ApiGroups.ORIGIN, "cluster1/production/fo")
                                    .containsEntry(ApiGroups.ORIGIN_UID, "request");
                        });
        assertThat(step(request("{\"state\": \"Failed\"}"), null)).isEqualTo(new Step.Nothing());
        assertThat(
                        RequestPolicy.request(
                                REQUEST, request(NONE), OPERATION, Optional.empty(), false))
                .isEqualTo(new Step.Nothing());
    }

    @Test
    void a_request_whose_operation_was_deleted_is_not_made_again() {
        assertThat(step(request("{\"observedGeneration\": 1, \"phase\": \"Pending\"}"), null))
                .isInstanceOfSatisfying(
                        Step.Refuse.class, r -> assertThat(r.reason()).isEqualTo("Cancelled"));
    }

    @Test
    void it_is_kept_while_its_operation_runs_and_let_go_when_that_has_ended() {
        CustomResourceFact mirrored =
                request("{\"step\": \"StoppingVMs\", \"observedGeneration\": 1}");
        assertThat(step(mirrored, operation(RUNNING))).isInstanceOf(Step.Hold.class);
        assertThat(step(held(mirrored), operation(RUNNING))).isEqualTo(new Step.Nothing());
        assertThat(step(held(mirrored), operation(ENDED))).isInstanceOf(Step.Mirror.class);
        CustomResourceFact told = request("{\"state\": \"Failed\", \"observedGeneration\": 1}");
        assertThat(step(held(told), operation(ENDED))).isInstanceOf(Step.LetGo.class);
        assertThat(step(told, operation(ENDED))).isEqualTo(new Step.Nothing());
        assertThat(step(held(told), null)).isInstanceOf(Step.LetGo.class);
    }

    @Test
    void what_it_was_told_is_never_taken_back_by_an_older_word() {
        CustomResourceFact told = request("{\"state\": \"Completed\", \"observedGeneration\": 1}");
        assertThat(step(held(told), operation(RUNNING))).isEqualTo(new Step.Nothing());
        assertThat(step(request(NONE), operation(RUNNING)))
                .isInstanceOfSatisfying(
                        Step.Mirror.class, m -> assertThat(m.resourceVersion()).isEqualTo("7"));
    }

    @Test
    void to_delete_it_or_to_set_cancel_cancels_the_operation_once() {
        CustomResourceFact deleted = deleting(held(request(NONE)));
        assertThat(step(deleted, operation(RUNNING))).isEqualTo(new Step.Cancel(OPERATION, "7"));
        assertThat(step(deleted, cancelled(operation(RUNNING)))).isEqualTo(new Step.Nothing());
        assertThat(step(deleted, operation(ENDED))).isInstanceOf(Step.LetGo.class);
        assertThat(step(deleted, null)).isInstanceOf(Step.LetGo.class);
        assertThat(step(deleting(request(NONE)), null)).isEqualTo(new Step.Nothing());
        assertThat(step(cancelled(request(NONE)), operation(RUNNING)))
                .isEqualTo(new Step.Cancel(OPERATION, "7"));
    }

    @Test
    void another_request_of_the_same_name_waits_for_nothing() {
        CustomResourceFact other = fact("another", List.of(), null, NONE, false, Map.of());
        assertThat(step(other, operation(RUNNING)))
                .isInstanceOfSatisfying(
                        Step.Refuse.class, r -> assertThat(r.reason()).isEqualTo("NameUsed"));
        assertThat(step(other, operation(ENDED)))
                .isEqualTo(new Step.Delete(OPERATION, "operation"));
        CustomResourceFact refused =
                fact("another", List.of(), null, "{\"state\": \"Failed\"}", false, Map.of());
        assertThat(step(held(refused), operation(RUNNING))).isInstanceOf(Step.LetGo.class);
        String carriedOut = "{\"state\": \"Failed\", \"operation\": {\"closedEpoch\": 3}}";
        assertThat(step(other, operation(carriedOut)))
                .isInstanceOfSatisfying(
                        Step.Refuse.class, r -> assertThat(r.reason()).isEqualTo("NameUsed"));
    }

    private static Step step(CustomResourceFact request, @Nullable CustomResourceFact operation) {
        return RequestPolicy.request(
                REQUEST, request, OPERATION, Optional.ofNullable(operation), true);
    }

    private static CustomResourceFact request(String status) {
        return fact("request", List.of(), null, status, false, Map.of());
    }

    private static CustomResourceFact operation(String status) {
        return fact(
                "operation",
                List.of(ApiGroups.FINALIZER),
                null,
                status,
                false,
                Map.of(ApiGroups.ORIGIN_UID, "request"));
    }

    private static CustomResourceFact held(CustomResourceFact fact) {
        return new CustomResourceFact(
                fact.meta(), List.of(ApiGroups.FINALIZER), fact.spec(), fact.status());
    }

    private static CustomResourceFact cancelled(CustomResourceFact fact) {
        return new CustomResourceFact(
                fact.meta(), fact.finalizers(), json("{\"cancel\": true}"), fact.status());
    }

    private static CustomResourceFact deleting(CustomResourceFact fact) {
        ObjectMeta meta = fact.meta();
        return new CustomResourceFact(
                new ObjectMeta(
                        meta.uid(),
                        meta.resourceVersion(),
                        meta.generation(),
                        meta.createdAt(),
                        NOW,
                        meta.annotations()),
                fact.finalizers(),
                fact.spec(),
                fact.status());
    }

    private static CustomResourceFact fact(
            String uid,
            List<String> finalizers,
            @Nullable Instant deletedAt,
            String status,
            boolean cancel,
            Map<String, String> annotations) {
        return new CustomResourceFact(
                new ObjectMeta(uid, "7", 1, NOW, deletedAt, annotations),
                finalizers,
                json("{\"cancel\": " + cancel + "}"),
                json(status));
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
