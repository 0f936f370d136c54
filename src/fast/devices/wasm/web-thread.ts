/** A device's thread in a browser: a Web Worker, or the port of a channel that leads to one. */
import type { Thread } from './thread.js';

/** Either end of a conversation between a page and its workers. */
export type Endpoint = Worker | MessagePort;

/** The thread behind an endpoint, which belongs to it from now on. A silent end of a port's other side is noticed by nobody. */
export function webThread(endpoint: Endpoint): Thread {
  return {
    post: (message, transfer) => endpoint.postMessage(message, [...transfer]),
    listen({ message, ended }) {
      // Both kinds have these events; their types differ too much for one overload.
      const target: EventTarget = endpoint;
      target.addEventListener('message', (event) => message((event as MessageEvent<unknown>).data));
      target.addEventListener('messageerror', () => ended('an answer could not be read'));
      target.addEventListener('error', (event) => {
        const { message: reason } = event as Partial<ErrorEvent>;
        ended(`its thread failed: ${reason || 'its script could not be loaded'}`);
      });
      target.addEventListener('close', () => ended('its port was closed'));
      if ('start' in endpoint) endpoint.start();
    },
    awaited: () => {},
    end: async () => ('terminate' in endpoint ? endpoint.terminate() : endpoint.close()),
  };
}
