@NullMarked
package io.siterecovery.tests.events;

import org.jspecify.annotations.NullMarked;
