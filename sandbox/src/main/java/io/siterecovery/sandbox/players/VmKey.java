package io.siterecovery.sandbox.players;

/** A VM and its VMI, which share namespace and name. */
record VmKey(String namespace, String name) {

    static VmKey parse(String key) {
        int slash = key.indexOf('/');
        return new VmKey(key.substring(0, slash), key.substring(slash + 1));
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
