// Credentials of this server, of its telemetry and of the reference server. HOLDFAST_URL holds the access token.
const SERVER_PREFIX = 'HOLDFAST_';
const SERVER_SECRETS = new Set([
  'OTEL_EXPORTER_OTLP_HEADERS',
  'CODEX_EXEC_SERVER_EXIT_ON_STDIN_CLOSE',
  'CODEX_EXEC_SERVER_NOISE_AUTH_TOKEN',
  'CODEX_GUARDIAN_DECISIONS_API_KEY',
  'OPENAI_IDENTITY_TOKEN_FILE',
]);

// Credentials of model providers and clouds, which a client could otherwise have sent to a host of its choice.
const CLOUD_PREFIXES = ['AWS_', 'AZURE_', 'GOOGLE_', 'GCP_', 'CODEX_', 'OPENAI_'];

/** Whether a variable belongs to the server alone and never reaches a child. */
export function isServerSecret(name: string): boolean {
  return name.startsWith(SERVER_PREFIX) || SERVER_SECRETS.has(name);
}

/** Whether a variable may hold a credential that no client may use through this executor. */
export function isCredentialVariable(name: string): boolean {
  const upper = name.toUpperCase();
  return isServerSecret(upper) || CLOUD_PREFIXES.some((prefix) => upper.startsWith(prefix));
}
