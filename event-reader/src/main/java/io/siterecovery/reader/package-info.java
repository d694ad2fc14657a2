@NullMarked
package io.siterecovery.reader;

import org.jspecify.annotations.NullMarked;
