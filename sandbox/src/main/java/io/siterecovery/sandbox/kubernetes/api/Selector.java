package io.siterecovery.sandbox.kubernetes.api;

import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Label and field selectors as they stand in a query. */
public final class Selector {
    private static final String KEY =
            "(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
    private static final String VALUE = "(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?";
    private static final Pattern SET =
            Pattern.compile("\\s*(" + KEY + ")\\s+(in|notin)\\s*\\(([^()]*)\\)\\s*");
    private static final Pattern COMPARED =
            Pattern.compile("\\s*(" + KEY + ")\\s*(==|!=|=|>|<)\\s*(" + VALUE + ")\\s*");
    private static final Pattern EXISTS = Pattern.compile("\\s*(!?)\\s*(" + KEY + ")\\s*");
    private static final Pattern ONE_VALUE = Pattern.compile("\\s*(" + VALUE + ")\\s*");
    private static final int MAX_REQUIREMENTS = 1_000;
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
        List<String> parts = outsideParentheses(text);
        if (parts.size() > MAX_REQUIREMENTS) {
            throw ApiError.badRequest("a label selector of too many requirements");
        }
        List<Predicate<Map<String, String>>> all =
                parts.stream().map(Selector::requirement).toList();
        return labels -> all.stream().allMatch(one -> one.test(labels));
    }

    private static Predicate<Map<String, String>> requirement(String text) {
        Matcher set = SET.matcher(text);
        if (set.matches()) {
            String key = set.group(1);
            List<String> values = values(set.group(3), text);
            return set.group(2).equals("in")
                    ? labels -> labels.containsKey(key) && values.contains(labels.get(key))
                    : labels -> !labels.containsKey(key) || !values.contains(labels.get(key));
        }
        Matcher compared = COMPARED.matcher(text);
        if (compared.matches()) {
            return compared(compared.group(1), compared.group(2), compared.group(3), text);
        }
        Matcher exists = EXISTS.matcher(text);
        if (exists.matches()) {
            String key = exists.group(2);
            return exists.group(1).isEmpty()
                    ? labels -> labels.containsKey(key)
                    : labels -> !labels.containsKey(key);
        }
        throw unparsable(text);
    }

    private static Predicate<Map<String, String>> compared(
            String key, String operator, String value, String text) {
        return switch (operator) {
            case "!=" -> labels -> !value.equals(labels.get(key));
            case ">", "<" -> {
                long limit = number(value).orElseThrow(() -> unparsable(text));
                yield labels ->
                        number(labels.getOrDefault(key, "")).stream()
                                .anyMatch(n -> operator.equals(">") ? n > limit : n < limit);
            }
            default -> labels -> value.equals(labels.get(key));
        };
    }

    private static List<String> values(String list, String text) {
        List<String> values = new ArrayList<>();
        for (String part : list.split(",", -1)) {
            Matcher value = ONE_VALUE.matcher(part);
            if (!value.matches()) {
                throw unparsable(text);
            }
            values.add(value.group(1));
        }
        return values;
    }

    private static OptionalLong number(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static ApiError unparsable(String text) {
        return ApiError.badRequest("unable to parse requirement: " + text.strip());
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
                throw ApiError.badRequest("field label not supported: " + path);
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
