import { runBounded } from '../../../adapters/media/ffmpeg/bounded-process.ts';

/** Runs a program that tells its process id, and waits for it until it is killed itself. */
await runBounded({
  command: 'sh',
  args: ['-c', 'echo $$; exec sleep 60'],
  cwd: '/',
  memoryBytes: 1024 ** 3,
  timeoutMs: 60_000,
  silenceMs: 60_000,
  onLine: (line) => process.send?.(line),
  signal: new AbortController().signal,
});
