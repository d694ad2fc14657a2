/** JSON trees and paths into them. */
@NullMarked
package io.siterecovery.sandbox.kubernetes.json;

import org.jspecify.annotations.NullMarked;
