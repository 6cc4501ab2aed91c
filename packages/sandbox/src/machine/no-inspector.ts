/**
 * Has a Node of ours open no inspector. It does on SIGUSR1, for whoever reaches the loopback, and a listener comes too late for
 * a signal at its start; so it is told an address that no machine has (RFC 5737), where it cannot listen.
 */
export const NO_INSPECTOR = '--inspect-port=192.0.2.1:9229';
