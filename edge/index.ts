/** The gateway for those who embed it. Every name is listed; the diff of this file is the diff of the API. */
export { type Clock, systemClock } from './platform/clock.ts';
export { jsonLog, type Log } from './platform/log.ts';
export { loadConfig, parseConfig } from './runtime/config/load-config.ts';
export type { Site } from './runtime/config/site.ts';
export { type GatewayOptions, runGateway } from './runtime/gateway.ts';
export { journalWorker } from './runtime/journal-worker-url.ts';
export { version } from './runtime/version.ts';
