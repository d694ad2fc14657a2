package io.siterecovery.sandbox.kubernetes.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.List;
import java.util.Map;

/**
 * One version of one object: its JSON as bytes (what most readers want, and a tenth of a tree's
 * memory) and the few texts that selectors look at.
 *
 * @param fields values of the field selectors that this kind supports, by path
 * @param owners uids of its owners
 */
public record Stored(
        String namespace,
        String name,
        String uid,
        long resourceVersion,
        Map<String, String> labels,
        Map<String, String> fields,
        List<String> owners,
        Bytes json) {

    /** The UTF-8 JSON of an object; nobody changes it. */
    public static final class Bytes {
        private final byte[] utf8;

        Bytes(byte[] utf8) {
            this.utf8 = utf8;
        }
    }

    /** A tree of the object that the caller may change. */
    public ObjectNode copy() {
        return Json.reread(json.utf8);
    }

    public byte[] utf8() {
        return json.utf8;
    }

    String key() {
        return key(namespace, name);
    }

    static String key(String namespace, String name) {
        return namespace + "/" + name;
    }
}
