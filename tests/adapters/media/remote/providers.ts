import type { Container } from 'inversify';
import { systemClock } from '../../../../adapters/clock/system-clock.ts';
import { MEDIA_PROVIDER, PROVIDER_PLAYBACK } from '../../../../adapters/composition/keys.ts';
import { parseConfig } from '../../../../adapters/composition/parse-config.ts';
import {
  cloudflareProvider,
  type CloudflareSettings,
} from '../../../../adapters/media/cloudflare/cloudflare.ts';
import { cloudflarePlayback } from '../../../../adapters/media/cloudflare/playback.ts';
import { muxProvider } from '../../../../adapters/media/mux/mux.ts';
import { muxPlayback } from '../../../../adapters/media/mux/playback.ts';
import type { MediaProvider } from '../../../../src/catalog/index.ts';
import type { Clock } from '../../../../src/kernel/instant.ts';
import type { ProviderPlayback } from '../../../../src/playback/index.ts';
import { startFakeCloudflare } from '../../../fakes/media/fake-cloudflare.ts';
import { startFakeMux } from '../../../fakes/media/fake-mux.ts';
import type { FakeProvider } from '../../../fakes/media/fake-provider.ts';

export const FAKES = { mux: startFakeMux, cloudflare: startFakeCloudflare } as const;
export type ProviderName = keyof typeof FAKES;
export const PROVIDERS = ['mux', 'cloudflare'] as const satisfies readonly ProviderName[];

/** A silent provider is given up sooner than a product would, so that the tests need not wait. */
const HASTY = { timeoutMs: 150, idleMs: 150 } as const;

export interface Connected {
  readonly provider: MediaProvider;
  readonly playback: ProviderPlayback;
  /** What went wrong, in the words of the log. */
  readonly faults: readonly string[];
}

/** Our adapters, in front of a fake. */
export function connect(
  fake: Pick<FakeProvider, 'variables'>,
  clock: Clock = systemClock,
  changes: Partial<Pick<CloudflareSettings, 'idleMs' | 'timeoutMs' | 'sizes'>> = {},
): Connected {
  const bounds = { ...HASTY, ...changes };
  const { mediaProvider: chosen } = parseConfig({ ...fake.variables });
  if (!chosen) throw new Error('no media provider was chosen');
  const faults: string[] = [];
  const deps = {
    systemClock: clock,
    onFault: (fault: unknown, operation: string) => void faults.push(`${operation}: ${String(fault)}`),
  };
  const playing = { key: chosen.signing, streamBase: chosen.streamBase };
  return chosen.name === 'mux'
    ? {
        provider: muxProvider({ ...chosen, ...bounds, corsOrigin: '*' }, deps),
        playback: muxPlayback(playing, clock),
        faults,
      }
    : {
        provider: cloudflareProvider({ ...chosen, ...bounds }, deps),
        playback: cloudflarePlayback(playing, clock),
        faults,
      };
}

/** Puts hasty adapters in the place of a product's own. */
export function hasty(container: Container, fake: FakeProvider): readonly string[] {
  const { provider, playback, faults } = connect(fake);
  container.unbind(MEDIA_PROVIDER);
  container.bind(MEDIA_PROVIDER).toConstantValue(provider);
  container.unbind(PROVIDER_PLAYBACK);
  container.bind(PROVIDER_PLAYBACK).toConstantValue(playback);
  return faults;
}

/** Sends a file to a place, as a client of ours would that was given one. */
export async function sendTo(
  place: { readonly url: string; readonly protocol: string; readonly method: string },
  bytes: Uint8Array,
): Promise<number> {
  const file = Uint8Array.from(bytes);
  const form = new FormData();
  form.set('file', new Blob([file]), 'film.mp4');
  const body = place.protocol === 'form' ? form : file;
  const answered = await fetch(place.url, { method: place.method, body });
  await answered.text();
  return answered.status;
}
