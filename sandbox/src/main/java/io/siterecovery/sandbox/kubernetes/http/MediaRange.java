package io.siterecovery.sandbox.kubernetes.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One entry of an Accept header, such as {@code application/json;as=Table;v=v1;g=meta.k8s.io}. */
record MediaRange(String type, Map<String, String> parameters) {
    static List<MediaRange> parse(String accept) {
        List<MediaRange> ranges = new ArrayList<>();
        for (String entry : accept.split(",", -1)) {
            String[] parts = entry.strip().split(";", -1);
            Map<String, String> parameters = new HashMap<>();
            for (int i = 1; i < parts.length; i++) {
                int equals = parts[i].indexOf('=');
                if (equals > 0) {
                    parameters.put(
                            parts[i].substring(0, equals).strip(),
                            parts[i].substring(equals + 1).strip());
                }
            }
            if (!parts[0].isBlank()) {
                ranges.add(new MediaRange(parts[0].strip(), parameters));
            }
        }
        return ranges.isEmpty() ? List.of(new MediaRange("*/*", Map.of())) : ranges;
    }

    boolean isJson() {
        return type.equals("application/json")
                || type.equals("*/*")
                || type.equals("application/*");
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }
}
