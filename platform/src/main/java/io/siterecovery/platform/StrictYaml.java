package io.siterecovery.platform;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.DocumentEndEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingEndEvent;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceEndEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.events.StreamEndEvent;
import org.yaml.snakeyaml.events.StreamStartEvent;

/**
 * YAML from someone we do not trust: maps, lists and texts, and nothing that makes a small document
 * large or a document into anything but data. Never costs more than its own size.
 */
final class StrictYaml {

    static final int MAX_BYTES = 64 << 10;
    static final int MAX_DEPTH = 20;

    /** What a document is made of. Every scalar is a text. */
    sealed interface Node {
        record Text(String value) implements Node {
            @Override
            public String toString() {
                return "Text[redacted]";
            }
        }

        record Items(List<Node> nodes) implements Node {}

        record Fields(Map<String, Node> byKey) implements Node {}
    }

    private final Iterator<Event> events;

    static Node read(String document) throws Kubeconfig.Refused {
        try {
            LoaderOptions options = new LoaderOptions();
            options.setCodePointLimit(MAX_BYTES);
            options.setProcessComments(false);
            Iterable<Event> events = new Yaml(options).parse(new StringReader(document));
            return new StrictYaml(events.iterator()).document();
        } catch (YAMLException e) {
            // Its message quotes the document, and the document holds secrets.
            throw new Kubeconfig.Refused("not YAML");
        }
    }

    private StrictYaml(Iterator<Event> events) {
        this.events = events;
    }

    private Node document() throws Kubeconfig.Refused {
        expect(StreamStartEvent.class);
        expect(DocumentStartEvent.class);
        Node root = node(events.next(), 1);
        expect(DocumentEndEvent.class);
        expect(StreamEndEvent.class);
        return root;
    }

    private Node node(Event event, int depth) throws Kubeconfig.Refused {
        if (depth > MAX_DEPTH) {
            throw new Kubeconfig.Refused("nested deeper than " + MAX_DEPTH);
        }
        if (event instanceof AliasEvent) {
            throw new Kubeconfig.Refused("aliases are not accepted");
        }
        if (event instanceof NodeEvent node && node.getAnchor() != null) {
            throw new Kubeconfig.Refused("anchors are not accepted");
        }
        return switch (event) {
            case ScalarEvent scalar -> {
                refuseTag(scalar.getTag());
                yield new Node.Text(scalar.getValue());
            }
            case SequenceStartEvent start -> {
                refuseTag(start.getTag());
                yield items(depth);
            }
            case MappingStartEvent start -> {
                refuseTag(start.getTag());
                yield fields(depth);
            }
            default -> throw new Kubeconfig.Refused("not one document");
        };
    }

    private Node items(int depth) throws Kubeconfig.Refused {
        List<Node> nodes = new ArrayList<>();
        for (Event next = events.next();
                !(next instanceof SequenceEndEvent);
                next = events.next()) {
            nodes.add(node(next, depth + 1));
        }
        return new Node.Items(List.copyOf(nodes));
    }

    private Node fields(int depth) throws Kubeconfig.Refused {
        Map<String, Node> byKey = new LinkedHashMap<>();
        for (Event next = events.next(); !(next instanceof MappingEndEvent); next = events.next()) {
            if (!(node(next, depth + 1) instanceof Node.Text(String key))) {
                throw new Kubeconfig.Refused("a key is not a text");
            }
            if (byKey.put(key, node(events.next(), depth + 1)) != null) {
                throw new Kubeconfig.Refused("duplicate key " + KubeconfigReader.shown(key));
            }
        }
        return new Node.Fields(byKey);
    }

    private void expect(Class<? extends Event> type) throws Kubeconfig.Refused {
        if (!events.hasNext() || !type.isInstance(events.next())) {
            throw new Kubeconfig.Refused("not one document");
        }
    }

    private static void refuseTag(@Nullable String tag) throws Kubeconfig.Refused {
        if (tag != null) {
            throw new Kubeconfig.Refused("tags are not accepted");
        }
    }
}
