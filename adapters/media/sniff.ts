/** How many of a file's first bytes are looked at. */
export const HEAD_BYTES = 512;

type Test = (head: Buffer) => boolean;

const starts =
  (signature: string, offset = 0): Test =>
  (head) =>
    head.toString('latin1', offset, offset + signature.length) === signature;

const contains =
  (word: string): Test =>
  (head) =>
    head.includes(word, 0, 'latin1');

const all =
  (...tests: readonly Test[]): Test =>
  (head) =>
    tests.every((test) => test(head));
const any =
  (...tests: readonly Test[]): Test =>
  (head) =>
    tests.some((test) => test(head));

const EBML = '\x1a\x45\xdf\xa3';

/** Brands of the ISO base media format, major and compatible ones, of its first box. */
function brandsOf(head: Buffer): readonly string[] {
  if (head.length < 16 || !starts('ftyp', 4)(head)) return [];
  const end = Math.min(head.readUInt32BE(0), head.length);
  const brands = [head.toString('latin1', 8, 12)];
  for (let offset = 16; offset + 4 <= end; offset += 4)
    brands.push(head.toString('latin1', offset, offset + 4));
  return brands;
}

const branded =
  (pattern: RegExp): Test =>
  (head) =>
    brandsOf(head).some((brand) => pattern.test(brand));

/** Films for sale list M4A among their compatible brands, so only the major one tells that it is sound. */
const mainlyBranded =
  (pattern: RegExp): Test =>
  (head) =>
    pattern.test(brandsOf(head)[0] ?? '');

const notImage: Test = (head) => !branded(/^(avif|avis|heic|heix|heim|heis|mif1|msf1)$/)(head);

/** MPEG audio, layer III: eleven bits of sync, a version, a layer, a bit rate and a sample rate that exist. */
const isMp3Frame: Test = (head) => {
  const [sync = 0, version = 0, rate = 0] = head;
  return (
    head.length >= 4 &&
    sync === 0xff &&
    (version & 0xe0) === 0xe0 &&
    (version & 0x18) !== 0x08 &&
    (version & 0x06) === 0x02 &&
    (rate & 0xf0) !== 0xf0 &&
    (rate & 0xf0) !== 0x00 &&
    (rate & 0x0c) !== 0x0c
  );
};

/** The first that holds names the content; the order matters where formats share a container. */
const SIGNATURES: readonly (readonly [contentType: string, test: Test])[] = [
  ['image/png', starts('\x89PNG\r\n\x1a\n')],
  ['image/jpeg', starts('\xff\xd8\xff')],
  ['image/webp', all(starts('RIFF'), starts('WEBP', 8))],
  ['audio/mp4', mainlyBranded(/^M4[AB] $/)],
  ['video/quicktime', mainlyBranded(/^qt {2}$/)],
  ['video/mp4', all(notImage, branded(/^(isom|iso[2-9]|mp4[12]|avc1|dash|M4V |M4VH|M4VP|MSNV|f4v |3gp\d)$/))],
  ['video/webm', all(starts(EBML), contains('webm'))],
  ['video/x-matroska', all(starts(EBML), contains('matroska'))],
  ['audio/flac', starts('fLaC')],
  ['audio/ogg', all(starts('OggS'), any(contains('OpusHead'), contains('\x01vorbis'), contains('\x7fFLAC')))],
  ['audio/mpeg', any(starts('ID3'), isMp3Frame)],
];

/** The content type that a file's first bytes tell, whatever its name or declared type; undefined if none. */
export const contentTypeOf = (head: Buffer): string | undefined =>
  SIGNATURES.find(([, test]) => test(head))?.[0];
