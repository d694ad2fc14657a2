package io.siterecovery.platform;

/** The process: configuration, logs, metrics, health, tenants and the modules they run. */
public final class ControlPlane {

    public static void main(String[] args) {
        try {
            Configuration.load(System.getenv());
        } catch (Configuration.Faulty faulty) {
            System.err.println(faulty.getMessage());
            System.exit(2);
        }
    }

    private ControlPlane() {}
}
