@NullMarked
package io.siterecovery.platform;

import org.jspecify.annotations.NullMarked;
