@NullMarked
package io.siterecovery.sandbox;

import org.jspecify.annotations.NullMarked;
