package dev.turnkeep.contracts.id;

/** Whose data it is. It comes from the credential, never from a body, and every statement is scoped by it. */
public record Scope(OrgId org, EnvironmentName environment) {}
