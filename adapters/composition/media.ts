import { join } from 'node:path';
import type { Container } from 'inversify';
import { findFfmpeg } from '../media/ffmpeg/find-ffmpeg.ts';
import { ffmpegPackager } from '../media/ffmpeg/packager.ts';
import { openLocalStorage } from '../media/local-storage.ts';
import { memoryStorage } from '../media/memory-storage.ts';
import { toldPackager, type PackagingLog } from '../media/told-packager.ts';
import type { Config } from './config.ts';
import * as keys from './keys.ts';
import { provideValue } from './token.ts';

/** Where media lies, and who packages it. */
export async function provideMedia(container: Container, config: Config, log: PackagingLog): Promise<void> {
  if (config.profile === 'memory') {
    provideValue(container, keys.MEDIA_STORAGE, memoryStorage());
    provideValue(container, keys.PACKAGER, null);
    return;
  }
  const storage = await openLocalStorage(join(config.dataDir, 'media'));
  provideValue(container, keys.MEDIA_STORAGE, storage);
  const { enabled, ffmpegPath: given } = config.packaging;
  const programs = enabled ? await findFfmpeg({ given, path: process.env['PATH'] ?? '' }) : undefined;
  const packager = programs && toldPackager(ffmpegPackager(programs, storage), log);
  provideValue(container, keys.PACKAGER, packager ?? null);
}
