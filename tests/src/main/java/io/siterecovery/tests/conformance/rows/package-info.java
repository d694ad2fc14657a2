/** The rows of the conformance table, one class for each part of the API. */
@NullMarked
package io.siterecovery.tests.conformance.rows;

import org.jspecify.annotations.NullMarked;
