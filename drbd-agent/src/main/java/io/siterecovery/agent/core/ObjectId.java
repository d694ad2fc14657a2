package io.siterecovery.agent.core;

/** Which object a line is about. */
public sealed interface ObjectId {

    /** Name of the resource it belongs to. */
    String resource();

    ObjectKind kind();

    record Resource(String resource) implements ObjectId {
        @Override
        public ObjectKind kind() {
            return ObjectKind.RESOURCE;
        }
    }

    record Device(String resource, int volume) implements ObjectId {
        @Override
        public ObjectKind kind() {
            return ObjectKind.DEVICE;
        }
    }

    record Connection(String resource, int peerNodeId, String connectionName) implements ObjectId {
        @Override
        public ObjectKind kind() {
            return ObjectKind.CONNECTION;
        }
    }

    record PeerDevice(String resource, int peerNodeId, String connectionName, int volume)
            implements ObjectId {
        @Override
        public ObjectKind kind() {
            return ObjectKind.PEER_DEVICE;
        }
    }

    /**
     * @param local address as printed, {@code ipv4:10.9.0.1:7000}
     */
    record Path(String resource, int peerNodeId, String connectionName, String local, String peer)
            implements ObjectId {

        /** Both, local first. */
        String addresses() {
            return local + " " + peer;
        }

        @Override
        public ObjectKind kind() {
            return ObjectKind.PATH;
        }
    }
}
