package io.siterecovery.sandbox.kubernetes.api;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Between the form a client of one version sees and the stored form. */
public interface Conversion {
    void toStored(ObjectNode object);

    void fromStored(ObjectNode object);

    /** True where both forms are the same, so that stored bytes can be sent as they are. */
    default boolean isIdentity() {
        return false;
    }

    Conversion NONE =
            new Conversion() {
                @Override
                public void toStored(ObjectNode object) {}

                @Override
                public void fromStored(ObjectNode object) {}

                @Override
                public boolean isIdentity() {
                    return true;
                }
            };

    /** Versions that differ in nothing but their name, as custom resources without a webhook do. */
    static Conversion renaming(String servedApiVersion, String storedApiVersion) {
        return new Conversion() {
            @Override
            public void toStored(ObjectNode object) {
                object.put("apiVersion", storedApiVersion);
            }

            @Override
            public void fromStored(ObjectNode object) {
                object.put("apiVersion", servedApiVersion);
            }
        };
    }
}
