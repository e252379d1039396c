import type { Container } from 'inversify';
import type { MediaProvider } from '../../src/catalog/index.ts';
import type { ProviderPlayback } from '../../src/playback/index.ts';
import type { Clock } from '../../src/kernel/instant.ts';
import { cloudflareProvider } from '../media/cloudflare/cloudflare.ts';
import { cloudflarePlayback } from '../media/cloudflare/playback.ts';
import { muxProvider } from '../media/mux/mux.ts';
import { muxPlayback } from '../media/mux/playback.ts';
import type { ProviderDeps } from '../media/remote/provider-api.ts';
import type { Config } from './config.ts';
import * as keys from './keys.ts';
import type { MediaProviderConfig } from './media-config.ts';
import { provide } from './token.ts';

/** How long one question to a provider may take. */
const TIMEOUT_MS = 10_000;
/** How long a file that is sent on may stand still. */
const IDLE_MS = 60_000;

/** Who keeps and delivers media in our place, where somebody does. */
export function provideMediaProvider(container: Container): void {
  provide(
    container,
    keys.MEDIA_PROVIDER,
    [keys.CONFIG, keys.SYSTEM_CLOCK, keys.FAILURES],
    (config, systemClock, failures) => {
      const onFault: ProviderDeps['onFault'] = (fault, operation) =>
        failures.failed(`media provider: ${operation}`, fault);
      return config.mediaProvider && providerOf(config.mediaProvider, config, { systemClock, onFault });
    },
  );
  provide(
    container,
    keys.PROVIDER_PLAYBACK,
    [keys.CONFIG, keys.SYSTEM_CLOCK],
    ({ mediaProvider }, systemClock) => mediaProvider && playbackOf(mediaProvider, systemClock),
  );
}

function providerOf(chosen: MediaProviderConfig, { http }: Config, deps: ProviderDeps): MediaProvider {
  const bounds = { timeoutMs: TIMEOUT_MS, idleMs: IDLE_MS };
  if (chosen.name === 'cloudflare') return cloudflareProvider({ ...chosen, ...bounds }, deps);
  // Mux knows one origin for an upload. Who has the address of a place may use it, from wherever they are.
  const [origin = '*', ...others] = http.corsOrigins;
  return muxProvider({ ...chosen, ...bounds, corsOrigin: others.length > 0 ? '*' : origin }, deps);
}

function playbackOf(chosen: MediaProviderConfig, systemClock: Clock): ProviderPlayback {
  const settings = { key: chosen.signing, streamBase: chosen.streamBase };
  return chosen.name === 'mux'
    ? muxPlayback(settings, systemClock)
    : cloudflarePlayback(settings, systemClock);
}
