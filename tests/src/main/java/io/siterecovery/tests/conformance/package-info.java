/**
 * What a Kubernetes API server must do for Site Recovery, its users and its tests: checked from
 * outside, over HTTPS and with the real kubectl, on ours as on any other.
 */
@NullMarked
package io.siterecovery.tests.conformance;

import org.jspecify.annotations.NullMarked;
