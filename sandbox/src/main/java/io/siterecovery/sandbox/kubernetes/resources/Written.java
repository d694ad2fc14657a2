package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The outcome of a write, in the version of the request. */
public record Written(ObjectNode object, List<String> warnings) {}
