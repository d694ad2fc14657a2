@NullMarked
package io.siterecovery.tests.architecture;

import org.jspecify.annotations.NullMarked;
