package io.siterecovery.sandbox.kubernetes.api;

import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Label and field selectors as they stand in a query. */
public final class Selector {
    private static final Pattern SET =
            Pattern.compile("\\s*([^\\s!=,()]+)\\s+(in|notin)\\s*\\(([^)]*)\\)\\s*");
    private static final Pattern COMPARED =
            Pattern.compile("\\s*([^\\s!=,()]+)\\s*(==|!=|=)\\s*([^\\s!=,()]*)\\s*");
    private static final Pattern EXISTS = Pattern.compile("\\s*(!?)\\s*([^\\s!=,()]+)\\s*");
    private static final Pattern FIELD = Pattern.compile("\\s*([^\\s!=]+?)\\s*(==|!=|=)(.*)");

    private Selector() {}

    /** True for every object when both selectors are empty. */
    public static Predicate<Stored> parse(
            ApiResource resource, @Nullable String labels, @Nullable String fields) {
        Predicate<Stored> all = stored -> true;
        if (labels != null && !labels.isBlank()) {
            Predicate<Map<String, String>> wanted = labels(labels);
            all = stored -> wanted.test(stored.labels());
        }
        if (fields != null && !fields.isBlank()) {
            all = all.and(fields(resource, fields));
        }
        return all;
    }

    public static Predicate<Map<String, String>> labels(String text) {
        Predicate<Map<String, String>> all = labels -> true;
        for (String part : outsideParentheses(text)) {
            all = all.and(requirement(part));
        }
        return all;
    }

    private static Predicate<Map<String, String>> requirement(String text) {
        Matcher set = SET.matcher(text);
        if (set.matches()) {
            String key = set.group(1);
            List<String> values =
                    List.of(set.group(3).split(",", -1)).stream().map(String::strip).toList();
            return set.group(2).equals("in")
                    ? labels -> labels.containsKey(key) && values.contains(labels.get(key))
                    : labels -> !labels.containsKey(key) || !values.contains(labels.get(key));
        }
        Matcher compared = COMPARED.matcher(text);
        if (compared.matches()) {
            String key = compared.group(1);
            String value = compared.group(3);
            return compared.group(2).equals("!=")
                    ? labels -> !value.equals(labels.get(key))
                    : labels -> value.equals(labels.get(key));
        }
        Matcher exists = EXISTS.matcher(text);
        if (exists.matches()) {
            String key = exists.group(2);
            return exists.group(1).isEmpty()
                    ? labels -> labels.containsKey(key)
                    : labels -> !labels.containsKey(key);
        }
        throw ApiError.badRequest("unable to parse requirement: " + text.strip());
    }

    private static Predicate<Stored> fields(ApiResource resource, String text) {
        Predicate<Stored> all = stored -> true;
        for (String part : text.split(",", -1)) {
            Matcher field = FIELD.matcher(part);
            if (!field.matches()) {
                throw ApiError.badRequest("invalid selector: '" + part + "'; can't understand it");
            }
            String path = field.group(1);
            String value = field.group(3).strip();
            boolean wanted = !field.group(2).equals("!=");
            if (!path.equals("metadata.name")
                    && !path.equals("metadata.namespace")
                    && !resource.selectableFields().contains(path)) {
                throw ApiError.badRequest(
                        "Unable to find \""
                                + resource.apiVersion()
                                + ", Resource="
                                + resource.plural()
                                + "\" that match label selector \"\", field selector \""
                                + text
                                + "\": field label not supported: "
                                + path);
            }
            all = all.and(stored -> value.equals(valueOf(stored, path)) == wanted);
        }
        return all;
    }

    private static String valueOf(Stored stored, String path) {
        return switch (path) {
            case "metadata.name" -> stored.name();
            case "metadata.namespace" -> stored.namespace();
            default -> stored.fields().getOrDefault(path, "");
        };
    }

    private static List<String> outsideParentheses(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }
}
