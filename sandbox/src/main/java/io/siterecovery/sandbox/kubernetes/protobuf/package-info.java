/** The few protobuf bodies that kubectl sends and for which it does not fall back to JSON. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.protobuf;

import org.jspecify.annotations.NullMarked;
