package io.siterecovery.platform;

import java.util.Optional;

/**
 * Which physical cluster answers, and who we are there.
 *
 * @param siteId the first 12 characters of the UID of its kube-system namespace
 * @param user as the cluster's SelfSubjectReview says; empty where it serves none
 */
public record ClusterIdentity(String siteId, Optional<String> user) {}
