@NullMarked
package io.siterecovery.model;

import org.jspecify.annotations.NullMarked;
