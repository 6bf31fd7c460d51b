import { setMaxListeners } from 'node:events';

/** An abort controller that every loop of the gateway may listen to: one a bus, so there is no usual number of them. */
export function stopper(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
