package io.siterecovery.sandbox.kubernetes.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.print.Tables;
import io.siterecovery.sandbox.kubernetes.resources.Reader;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Objects in the form that the client asked for; stored bytes go out untouched where they can. */
final class Rendering {
    private Rendering() {}

    static Buffer one(ApiResource resource, Stored stored, Form form, Tables.Include include) {
        return switch (form) {
            case Form.Plain plain -> plain(resource, stored);
            case Form.Table table -> {
                ObjectNode rows =
                        Tables.table(
                                table.version(),
                                resource.columns(),
                                List.of(versioned(resource, stored)),
                                include);
                Json.meta(rows).put("resourceVersion", Long.toString(stored.resourceVersion()));
                yield Buffer.buffer(Json.bytes(rows));
            }
            case Form.Partial partial ->
                    Buffer.buffer(Json.bytes(Tables.partial(versioned(resource, stored))));
        };
    }

    static Buffer page(ApiResource resource, Reader.Page page, Form form, Tables.Include include) {
        ObjectNode meta =
                Json.object().put("resourceVersion", Long.toString(page.resourceVersion()));
        if (!page.next().isEmpty()) {
            meta.put("continue", page.next()).put("remainingItemCount", page.remaining());
        }
        return switch (form) {
            case Form.Plain plain ->
                    list(
                            resource.kind() + "List",
                            resource.apiVersion(),
                            meta,
                            page.objects().stream().map(o -> plain(resource, o)).toList());
            case Form.Partial partial ->
                    list(
                            "PartialObjectMetadataList",
                            "meta.k8s.io/v1",
                            meta,
                            page.objects().stream()
                                    .map(o -> Tables.partial(versioned(resource, o)))
                                    .map(o -> Buffer.buffer(Json.bytes(o)))
                                    .toList());
            case Form.Table table -> {
                ObjectNode rows =
                        Tables.table(
                                table.version(),
                                resource.columns(),
                                page.objects().stream().map(o -> versioned(resource, o)).toList(),
                                include);
                rows.set("metadata", meta);
                yield Buffer.buffer(Json.bytes(rows));
            }
        };
    }

    static Tables.Include include(String text) {
        return switch (text) {
            case "", "Metadata" -> Tables.Include.Metadata;
            case "None" -> Tables.Include.None;
            case "Object" -> Tables.Include.Object;
            default ->
                    throw ApiError.badRequest("unrecognized includeObject value: \"" + text + "\"");
        };
    }

    static ObjectNode versioned(ApiResource resource, Stored stored) {
        ObjectNode object = stored.copy();
        resource.conversion().fromStored(object);
        return object;
    }

    private static Buffer plain(ApiResource resource, Stored stored) {
        return Buffer.buffer(
                resource.conversion().isIdentity()
                        ? stored.utf8()
                        : Json.bytes(versioned(resource, stored)));
    }

    private static Buffer list(
            String kind, String apiVersion, ObjectNode meta, List<Buffer> objects) {
        Buffer list = Buffer.buffer();
        ObjectNode head = Json.object().put("kind", kind).put("apiVersion", apiVersion);
        head.set("metadata", meta);
        byte[] open = Json.bytes(head);
        list.appendBytes(open, 0, open.length - 1);
        list.appendString(",\"items\":[", StandardCharsets.UTF_8.name());
        String separator = "";
        for (Buffer object : objects) {
            list.appendString(separator).appendBuffer(object);
            separator = ",";
        }
        return list.appendString("]}");
    }
}
