import { inflateSync } from 'node:zlib';
import { expect } from 'chai';
import { invoicePdf } from '../../adapters/documents/invoice-pdf.ts';
import type { Invoice, InvoiceLine } from '../../src/billing/index.ts';
import { after, DAY, instant } from '../../src/kernel/instant.ts';

const NOW = instant(Date.UTC(2026, 10, 21, 23, 59));

const line = (description: string, amountMinor: number): InvoiceLine => ({
  kind: 'plan',
  description,
  start: NOW,
  end: after(NOW, 30 * DAY),
  amountMinor,
});

const invoice = (changes: Partial<Invoice> = {}): Invoice => ({
  id: 'invoice',
  number: '2026-000042',
  accountId: '01980000-0000-7000-8000-00000000000a',
  paymentId: '01980000-0000-7000-8000-00000000000b',
  subscriptionId: 'subscription',
  issuedAt: NOW,
  currency: 'USD',
  lines: [line('Premium 4K', 1_999)],
  subtotalMinor: 1_999,
  discountMinor: 200,
  creditMinor: 0,
  totalMinor: 1_799,
  creditUsedMinor: 0,
  creditLeftMinor: 0,
  dueMinor: 1_799,
  refundedMinor: 0,
  billTo: { name: 'Zoë Łukasz Ελένη', email: 'zoe@example.com' },
  version: 1,
  ...changes,
});

/** What a reader finds in the file: its objects, their streams unpacked. */
function opened(bytes: Uint8Array) {
  const raw = Buffer.from(bytes);
  const file = raw.toString('latin1');
  const objects = [...file.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id = '', body = '']) => {
    const start = body.indexOf('stream\n');
    const packed = Buffer.from(body.slice(start + 7, body.lastIndexOf('\nendstream')), 'latin1');
    const stream = start === -1 ? undefined : body.includes('/FlateDecode') ? inflateSync(packed) : packed;
    return { id, head: start === -1 ? body : body.slice(0, start), stream };
  });
  return { file, objects };
}

/** The text that a reader can select and search: glyphs of each font turned back by its ToUnicode table. */
function textOf(bytes: Uint8Array): string {
  const { objects } = opened(bytes);
  const streamOf = (id: string | undefined): string =>
    objects.find((object) => object.id === id)?.stream?.toString('latin1') ?? '';
  const tables = new Map<string, ReadonlyMap<string, string>>();
  for (const { head } of objects)
    for (const [, name = '', id] of head.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const font = objects.find((object) => object.id === id);
      tables.set(name, glyphs(streamOf(/\/ToUnicode (\d+) 0 R/.exec(font?.head ?? '')?.[1])));
    }
  const pages = objects.filter(({ stream }) => stream?.includes('BT'));
  return pages.map(({ stream }) => spoken(stream?.toString('latin1') ?? '', tables)).join('\n');
}

function glyphs(table: string): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const [, from = '0', , list = ''] of table.matchAll(/<(\w+)> <(\w+)> \[([^\]]*)\]/g))
    for (const [index, [, code = '']] of [...list.matchAll(/<([\w ]+)>/g)].entries()) {
      const glyph = (Number.parseInt(from, 16) + index).toString(16).padStart(4, '0');
      const units = code.match(/[0-9a-f]{4}/gi) ?? [];
      known.set(glyph, String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16))));
    }
  return known;
}

function spoken(content: string, tables: ReadonlyMap<string, ReadonlyMap<string, string>>): string {
  let font = '';
  const runs: string[] = [];
  for (const [, name, array] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (name !== undefined) font = name;
    else {
      const codes = [...(array ?? '').matchAll(/<([0-9a-f]+)>/g)].flatMap(
        ([, hex = '']) => hex.match(/.{4}/g) ?? [],
      );
      runs.push(codes.map((code) => tables.get(font)?.get(code) ?? '\uFFFD').join(''));
    }
  }
  return runs.join('\n');
}

describe('an invoice as PDF', () => {
  const printer = invoicePdf({ issuer: 'Usher' });

  it('is a PDF with its fonts inside', async () => {
    const bytes = await printer.print(invoice());
    expect(printer.contentType).to.equal('application/pdf');
    expect(Buffer.from(bytes.subarray(0, 5)).toString()).to.equal('%PDF-');
    const { objects } = opened(bytes);
    const files = objects.flatMap(({ head }) => /\/FontFile2 (\d+) 0 R/.exec(head)?.[1] ?? []);
    expect(files).to.have.length(2);
    for (const id of files) {
      const font = objects.find((object) => object.id === id)?.stream;
      expect(font?.subarray(0, 4).toString('latin1'), 'a TrueType font').to.be.oneOf(['true', '\0\x01\0\0']);
      expect(font?.length).to.be.greaterThan(2_000);
    }
    expect(bytes.length).to.be.lessThan(60_000);
  });

  it('says what the invoice says, in text that can be searched', async () => {
    const overage = { ...line('1,250 × downloads over the limit', 6_250), start: null, end: null };
    const lines = [line('Premium 4K', 1_999), { ...overage, kind: 'overage' as const }];
    const text = textOf(await printer.print(invoice({ refundedMinor: 799, lines })));
    for (const part of ['Invoice', '2026-000042', 'Issued 2026-11-21', 'Zoë Łukasz Ελένη', 'zoe@example.com'])
      expect(text).to.contain(part);
    for (const part of ['Premium 4K', '2026-11-21 – 2026-12-21', '19.99', '-2.00', '17.99 USD'])
      expect(text).to.contain(part);
    expect(text).to.contain('1,250 × downloads over the limit').and.contain('62.50');
    expect(text).to.contain('Refunded since: 7.99 USD').and.contain('01980000-0000-7000-8000-00000000000b');
    expect(text).not.to.contain('\uFFFD');
  });

  it('names an account that was erased by its id alone', async () => {
    const text = textOf(await printer.print(invoice({ billTo: null })));
    expect(text).to.contain('Account 01980000-0000-7000-8000-00000000000a').and.not.contain('zoe');
  });

  it('gives the same bytes for the same invoice', async () => {
    const [first, second] = [
      await printer.print(invoice()),
      await invoicePdf({ issuer: 'Usher' }).print(invoice()),
    ];
    expect(Buffer.compare(first, second)).to.equal(0);
  });

  it('goes on to another page when the lines do not fit', async () => {
    const lines = Array.from({ length: 60 }, (_, index) => line(`Line ${index}`, index));
    const bytes = await printer.print(invoice({ lines }));
    const pages = opened(bytes).objects.filter(({ head }) => /\/Type \/Page\b/.test(head));
    expect(pages).to.have.length(3);
    const text = textOf(bytes);
    for (const each of lines) expect(text.split('\n')).to.include(each.description);
  });

  it('keeps a name of any length on one line', async () => {
    const name = `${'Wanda '.repeat(60)}\n\u0000end`;
    const text = textOf(await printer.print(invoice({ billTo: { name, email: 'w@example.com' } })));
    expect(text).to.contain('Wanda Wanda').and.contain('…').and.not.contain('end');
  });
});
