/** From the records of the model to the CustomResourceDefinitions that kubectl applies. */
@NullMarked
package io.siterecovery.model.crd;

import org.jspecify.annotations.NullMarked;
