@NullMarked
package io.siterecovery.agent;

import org.jspecify.annotations.NullMarked;
