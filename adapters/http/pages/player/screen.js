/**
 * The element that shows the media: by hls.js where the browser has Media Source Extensions, by itself where it
 * plays HLS (iPhones of old) and where the media is one file.
 */

/** @typedef {import('hls.js').default} Hls */
/** @typedef {{ index: number, lines: number }} Level */

/**
 * @typedef {object} Viewer
 * @property {(levels: readonly Level[]) => void} offer What the media may be seen in, lowest first; nothing to choose: empty.
 * @property {(lines: number) => void} shows The size that is shown from now on.
 * @property {() => void} refused The media is not to be had; asking again is no use.
 * @property {() => void} waiting The network failed, and is tried again.
 */

const PLAYLIST = 'application/vnd.apple.mpegurl';
/** The stream is dead, or does not cover this: asking again is no use. */
const REFUSED = new Set([401, 403, 404, 410]);
/** Seconds between attempts to go on after the network failed. */
const RETRY_SECONDS = 3;

/** Not before somebody plays, and not at all where it is of no use: it is larger than everything else together. */
const hlsJs = async () => {
  const address = new URL('hls.js', import.meta.url).href;
  return /** @type {typeof import('hls.js')} */ (await import(address)).default;
};

/** A portrait is measured by its short side, as the renditions are named. */
const linesOf = ({ width = 0, height = 0 }) => Math.min(width, height) || height;

/**
 * @param {HTMLVideoElement} video
 * @param {Viewer} viewer
 */
export function createScreen(video, { offer, shows, refused, waiting }) {
  /** @type {Hls | undefined} */
  let hls;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;
  /** What came late, of media that is no longer shown, is dropped. */
  let showing = 0;

  function clear() {
    showing += 1;
    clearTimeout(retry);
    hls?.destroy();
    hls = undefined;
    video.removeAttribute('src');
    video.load();
    offer([]);
  }

  /**
   * @param {typeof import('hls.js').default} Hls
   * @param {string} address
   * @param {number} at
   */
  function showByHls(Hls, address, at) {
    const workerPath = new URL('hls.worker.js', import.meta.url).href;
    const made = new Hls({ startPosition: at > 0 ? at : -1, workerPath });
    hls = made;
    made.on(Hls.Events.MANIFEST_PARSED, () => {
      const levels = made.levels.map((level, index) => ({ index, lines: linesOf(level) }));
      offer(levels.filter(({ lines }) => lines > 0));
    });
    made.on(Hls.Events.LEVEL_SWITCHED, (_, { level }) => shows(linesOf(made.levels[level] ?? {})));
    let isRecovered = false;
    made.on(Hls.Events.ERROR, (_, { type, fatal, response }) => {
      if (REFUSED.has(response?.code ?? 0)) refused();
      else if (!fatal) return;
      else if (type === Hls.ErrorTypes.NETWORK_ERROR) {
        waiting();
        // Without its list it has nothing to go on with.
        const again = () => (made.levels.length > 0 ? made.startLoad() : made.loadSource(address));
        retry = setTimeout(again, RETRY_SECONDS * 1_000);
      } else if (type === Hls.ErrorTypes.MEDIA_ERROR && !isRecovered) {
        isRecovered = true;
        made.recoverMediaError();
      } else refused();
    });
    made.loadSource(address);
    made.attachMedia(video);
  }

  /**
   * @param {string} address
   * @param {number} at
   */
  function showItself(address, at) {
    video.src = address;
    if (at > 0) video.addEventListener('loadedmetadata', () => (video.currentTime = at), { once: true });
  }

  // Of the element itself: what hls.js feeds it fails there, and is told above.
  video.addEventListener('error', () => {
    if (hls === undefined && video.hasAttribute('src')) refused();
  });

  return {
    clear,
    /**
     * Shows media from a position in seconds.
     * @param {string} address
     * @param {number} at
     */
    show: async (address, at) => {
      clear();
      const mine = showing;
      const isPlaylist = new URL(address, location.href).pathname.endsWith('.m3u8');
      const Hls = isPlaylist ? await hlsJs().catch(() => null) : null;
      if (mine !== showing) return;
      if (Hls?.isSupported()) showByHls(Hls, address, at);
      else if (!isPlaylist || video.canPlayType(PLAYLIST) !== '') showItself(address, at);
      else refused();
    },
    /** @param {number} index Of a level; -1: whatever the connection bears. What is buffered is not waited for. */
    choose: (index) => {
      if (hls) hls.currentLevel = index;
    },
    get isAutomatic() {
      return hls?.autoLevelEnabled ?? true;
    },
  };
}
