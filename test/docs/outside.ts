/** The world outside: a proxy that notes who was asked for and lets nobody through. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Chromium asks these by itself, whatever page is open: for updates and accounts. */
const ITS_OWN = /^(https?:\/\/)?[\w.-]+\.(google|googleapis|gvt1)\.com(:\d+)?(\/|$)/;

export interface Outside {
  /** For a browser's `--proxy-server`; a page's own loopback address does not go through it. */
  readonly proxy: string;
  /** Hosts and addresses that were asked for by pages. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export async function watchOutside(): Promise<Outside> {
  const asked: string[] = [];
  const note = (address: string): void => {
    if (!ITS_OWN.test(address)) asked.push(address);
  };
  const server = createServer((request, response) => {
    note(request.url ?? '');
    response.writeHead(502).end();
  });
  server.on('connect', (request, socket) => {
    note(request.url ?? '');
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    proxy: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
