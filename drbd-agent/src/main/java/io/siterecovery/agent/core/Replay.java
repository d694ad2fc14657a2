package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.DrbdResourceState;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads recorded streams one after the other, as those of one node: each starts from nothing, and
 * the last one's end is what is true. Lines that begin with {@code #} are marks of whoever
 * recorded, and do not count.
 */
public final class Replay implements LineSplitter.Lines {

    private final UnparsedLines unparsed = new UnparsedLines();
    private NodeView view = new NodeView("", "", unparsed);
    private final StrangeWords strange = new StrangeWords();
    private LineSplitter splitter = new LineSplitter();
    private long lines;

    public void feed(byte[] bytes, int length) {
        splitter.feed(bytes, length, this);
    }

    /** A recording ends here; what has no newline was cut off and is not used. */
    public void end() {
        if (splitter.insideLine()) {
            lines++;
            view.unusable("line without an end");
        }
        view.settle();
        strange.add(view.strange());
        splitter = new LineSplitter();
    }

    /** Another recording follows. */
    public void startAnew() {
        view = new NodeView("", "", unparsed);
    }

    @Override
    public void line(String line) {
        if (line.startsWith("#")) {
            return;
        }
        lines++;
        view.read(line, null);
    }

    @Override
    public void tooLong() {
        lines++;
        view.unusable("line too long");
    }

    /** Of all recordings that have ended. */
    public StrangeWords strange() {
        return strange;
    }

    public NodeView view() {
        return view;
    }

    public Map<String, DrbdResourceState> states() {
        Map<String, DrbdResourceState> states = new TreeMap<>();
        for (String name : view.names()) {
            view.state(name).ifPresent(state -> states.put(name, state));
        }
        return states;
    }

    /** How many lines were read, unusable ones too. */
    public long lines() {
        return lines;
    }

    public UnparsedLines unparsed() {
        return unparsed;
    }
}
