/** How busy the card is while something runs, asked of the driver's own tool. */
import { spawn } from 'node:child_process';

/** A watch that was started. */
export interface GpuWatch {
  /** The mean utilisation since the start, in percent; null where nobody can tell. */
  end(): Promise<number | null>;
}

const COMMAND = ['--query-gpu=utilization.gpu', '--format=csv,noheader,nounits', '--loop-ms=100'];

/** Watches the first card for devices that run on one. */
export function watchGpu(device: string): GpuWatch {
  if (device !== 'cuda') return { end: async () => null };
  const tool = spawn('nvidia-smi', COMMAND, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  tool.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const ended = new Promise<void>((resolve) => {
    tool.once('error', () => resolve());
    tool.once('close', () => resolve());
  });
  return {
    async end() {
      tool.kill();
      await ended;
      const percent = text
        .split('\n')
        .filter((line) => /^\d+$/.test(line))
        .map(Number);
      if (percent.length === 0) return null;
      return Math.round(percent.reduce((sum, value) => sum + value, 0) / percent.length);
    },
  };
}
