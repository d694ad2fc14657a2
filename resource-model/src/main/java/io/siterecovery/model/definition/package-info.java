@NullMarked
package io.siterecovery.model.definition;

import org.jspecify.annotations.NullMarked;
