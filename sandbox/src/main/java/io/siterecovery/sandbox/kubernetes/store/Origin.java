package io.siterecovery.sandbox.kubernetes.store;

/** Who asked for a write, and with which verb (create, update, patch or delete). */
public record Origin(String user, String verb) {}
