package io.siterecovery.model;

/** A resource that its schema would have refused: names the path of the fault. */
public final class MalformedResource extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String path;

    public MalformedResource(String path, String fault) {
        super(path + ": " + fault);
        this.path = path;
    }

    /** As in {@code spec.virtualMachines[0].name}. */
    public String path() {
        return path;
    }
}
