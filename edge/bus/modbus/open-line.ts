import type { OpenLine } from './link.ts';
import { openSerial } from './serial-line.ts';
import { openSocket } from './socket-line.ts';

/** The serial port or the socket that the endpoint names. */
export const openLine: OpenLine = (endpoint, listener, signal) =>
  endpoint.kind === 'serial' ? openSerial(endpoint, listener, signal) : openSocket(endpoint, listener, signal);
