/** ValidatingAdmissionPolicy with bindings and parameters. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.admission;

import org.jspecify.annotations.NullMarked;
