@NullMarked
package io.siterecovery.tests.kafka;

import org.jspecify.annotations.NullMarked;
