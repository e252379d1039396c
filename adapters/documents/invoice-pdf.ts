import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import type { Invoice, InvoiceLine, InvoicePrinter } from '../../src/billing/index.ts';
import { toRfc3339, type Instant } from '../../src/kernel/instant.ts';
import { toDecimal } from '../../src/kernel/money.ts';

const require = createRequire(import.meta.url);
const font = (name: string): Buffer => readFileSync(require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));

type Document = PDFKit.PDFDocument;

const INK = '#1c1c28';
const FAINT = '#6b6b7b';
const RULE = '#d9d9e3';
const ACCENT = '#5b3df5';

/** A4 in points, with the columns of the table. */
const PAGE = { left: 56, right: 539, top: 56, bottom: 760 } as const;
const COLUMNS = {
  what: { x: PAGE.left, width: 250 },
  when: { x: 312, width: 130 },
  amount: { x: 449, width: 90 },
} as const;
const ROW = 22;

/**
 * Prints invoices as PDF: A4, one page for as long as the lines fit, its fonts embedded (the letters that are
 * used), so that it reads the same everywhere. The same invoice gives the same bytes.
 */
export function invoicePdf({ issuer }: { readonly issuer: string }): InvoicePrinter {
  let fonts: { readonly regular: Buffer; readonly bold: Buffer } | undefined;
  return {
    contentType: 'application/pdf',
    print: async (invoice) => {
      // Loaded when first needed: a process that never prints does not pay for it.
      const { default: PDFDocument } = await import('pdfkit');
      fonts ??= { regular: font('DejaVuSans'), bold: font('DejaVuSans-Bold') };
      const document = new PDFDocument({
        size: 'A4',
        margin: 0,
        lang: 'en',
        displayTitle: true,
        info: {
          Title: `Invoice ${invoice.number}`,
          Author: issuer,
          CreationDate: new Date(invoice.issuedAt),
        },
      });
      document.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold);
      const bytes = buffer(document);
      draw(document, invoice, issuer);
      document.end();
      return bytes;
    },
  };
}

function draw(document: Document, invoice: Invoice, issuer: string): void {
  head(document, invoice, issuer);
  let y = tableHead(document, 246);
  for (const line of invoice.lines.filter(({ kind }) => kind !== 'balance')) {
    if (y + ROW > PAGE.bottom) y = tableHead(document.addPage(), PAGE.top);
    y = row(document, y, { line, currency: invoice.currency });
  }
  if (y + 6 * ROW > PAGE.bottom) {
    document.addPage();
    y = PAGE.top;
  }
  y = totals(document, y + 10, invoice);
  foot(document, y + 26, invoice);
}

interface Text {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly size?: number;
  readonly bold?: boolean;
  readonly color?: string;
  readonly align?: 'left' | 'right';
}

/** One line of text; what does not fit ends in dots. */
function write(document: Document, text: string, at: Text): void {
  const { x, y, width, size = 9.5, bold = false, color = INK, align = 'left' } = at;
  document
    .font(bold ? 'bold' : 'regular')
    .fontSize(size)
    .fillColor(color)
    .text(text.replaceAll(/\s+/g, ' '), x, y, { width, align, height: size + 2, ellipsis: true });
}

function rule(document: Document, y: number, color: string = RULE): void {
  document.moveTo(PAGE.left, y).lineTo(PAGE.right, y).lineWidth(0.75).strokeColor(color).stroke();
}

const WIDTH = PAGE.right - PAGE.left;
const HALF = WIDTH / 2;

function head(document: Document, invoice: Invoice, issuer: string): void {
  document.rect(0, 0, 595.28, 8).fill(ACCENT);
  write(document, issuer, { x: PAGE.left, y: 50, width: HALF, size: 20, bold: true });
  const right = { x: PAGE.left + HALF, width: HALF, align: 'right' } as const;
  write(document, 'Invoice', { ...right, y: 50, size: 20, color: ACCENT });
  write(document, invoice.number, { ...right, y: 78, size: 11, bold: true });
  write(document, `Issued ${day(invoice.issuedAt)}`, { ...right, y: 96, color: FAINT });
  const left = { x: PAGE.left, width: WIDTH } as const;
  write(document, 'BILLED TO', { ...left, y: 144, size: 7.5, color: FAINT });
  const { billTo, accountId } = invoice;
  const [first, second] = billTo ? [billTo.name ?? billTo.email, billTo.name && billTo.email] : [];
  write(document, first ?? `Account ${accountId}`, { ...left, y: 158, size: 11, bold: true });
  if (second) write(document, second, { ...left, y: 176, color: FAINT });
}

function tableHead(document: Document, y: number): number {
  const style = { y, size: 7.5, color: FAINT } as const;
  write(document, 'DESCRIPTION', { ...COLUMNS.what, ...style });
  write(document, 'PERIOD', { ...COLUMNS.when, ...style });
  write(document, 'AMOUNT', { ...COLUMNS.amount, ...style, align: 'right' });
  rule(document, y + 15, INK);
  return y + 23;
}

function row(
  document: Document,
  y: number,
  { line, currency }: { readonly line: InvoiceLine; readonly currency: string },
): number {
  write(document, line.description, { ...COLUMNS.what, y });
  if (line.start !== null && line.end !== null)
    write(document, `${day(line.start)} – ${day(line.end)}`, { ...COLUMNS.when, y, size: 8, color: FAINT });
  write(document, toDecimal({ minor: line.amountMinor, currency }), { ...COLUMNS.amount, y, align: 'right' });
  rule(document, y + ROW - 6);
  return y + ROW;
}

/** What the amounts come to; lines that say nothing are left out. */
function totals(document: Document, top: number, invoice: Invoice): number {
  const { currency } = invoice;
  const sums: readonly (readonly [label: string, minor: number])[] = [
    ['Subtotal', invoice.subtotalMinor],
    ['Discount', -invoice.discountMinor],
    ['Credit for unused time', -invoice.creditMinor],
    ['Total', invoice.totalMinor],
    ['From your balance', -invoice.creditUsedMinor],
    ['To your balance', invoice.creditLeftMinor],
  ];
  let y = top;
  for (const [label, minor] of sums) {
    if (minor === 0 && label !== 'Total' && label !== 'Subtotal') continue;
    write(document, label, { x: COLUMNS.when.x, width: COLUMNS.when.width, y, color: FAINT });
    write(document, toDecimal({ minor, currency }), { ...COLUMNS.amount, y, align: 'right' });
    y += 17;
  }
  rule(document, y + 2, INK);
  const paid = `${toDecimal({ minor: invoice.dueMinor, currency })} ${currency}`;
  write(document, 'Paid', { x: COLUMNS.when.x, width: 80, y: y + 11, size: 12, bold: true });
  write(document, paid, { x: PAGE.right - 160, width: 160, y: y + 11, size: 12, bold: true, align: 'right' });
  return y + 28;
}

function foot(document: Document, y: number, invoice: Invoice): void {
  const { currency, refundedMinor } = invoice;
  const left = { x: PAGE.left, width: WIDTH, size: 8, color: FAINT } as const;
  if (refundedMinor > 0)
    write(document, `Refunded since: ${toDecimal({ minor: refundedMinor, currency })} ${currency}`, {
      ...left,
      y: y - 14,
    });
  write(document, `Payment ${invoice.paymentId}`, { ...left, y });
  write(document, 'Thank you for watching.', { ...left, y: y + 14 });
}

/** A day of UTC, the same for every reader. */
const day = (at: Instant): string => toRfc3339(at).slice(0, 10);
