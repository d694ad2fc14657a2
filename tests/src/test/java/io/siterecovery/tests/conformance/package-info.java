@NullMarked
package io.siterecovery.tests.conformance;

import org.jspecify.annotations.NullMarked;
