package io.siterecovery.tests.failover;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** Keeps all end-to-end tests in one process, so that they share one world. */
@Suite
@SelectPackages("io.siterecovery.tests.failover")
@IncludeClassNamePatterns(".*E2E")
class AllE2E {}
