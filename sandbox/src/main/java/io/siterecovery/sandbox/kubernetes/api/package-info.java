/** What a verb does to an object: the rules of the API, free of HTTP. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.api;

import org.jspecify.annotations.NullMarked;
