/** The onboarding API, and what it makes, checks and removes. */
@NullMarked
package io.siterecovery.tenants;

import org.jspecify.annotations.NullMarked;
