@NullMarked
package io.siterecovery.tests.agent;

import org.jspecify.annotations.NullMarked;
