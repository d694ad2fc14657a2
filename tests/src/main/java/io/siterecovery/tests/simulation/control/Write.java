package io.siterecovery.tests.simulation.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.tests.simulation.world.ObjectKey;

/** A write that the control plane is about to send. */
public record Write(ObjectKey key, String verb, JsonNode body) {

    String shown() {
        String text = body.toString();
        return verb + " " + key + " " + (text.length() > 400 ? text.substring(0, 400) + "…" : text);
    }
}
