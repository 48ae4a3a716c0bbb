/** The service as processes of their own, on engines that are struck. */
@NullMarked
package dev.turnkeep.replication.service;

import org.jspecify.annotations.NullMarked;
