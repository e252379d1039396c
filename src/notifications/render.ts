import type { Letter } from './wording.ts';

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => SPECIAL[sign] ?? '');

const SIGNATURE = 'Usher';

export const textOf = ({ greeting, paragraphs, code }: Letter): string =>
  [greeting, ...(code === undefined ? [] : [`    ${code}`]), ...paragraphs, SIGNATURE].join('\n\n') + '\n';

const paragraph = (text: string): string => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`;

const codeBlock = (code: string): string =>
  `<p style="margin:0 0 16px;font:600 28px/1.2 monospace;letter-spacing:4px">${escapeHtml(code)}</p>`;

/** Plain enough for every mail client: no images, no scripts, nothing from elsewhere. */
export const htmlOf = ({ subject, greeting, paragraphs, code }: Letter): string =>
  [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`,
    '<body style="margin:0;padding:24px;font:16px/1.5 sans-serif;color:#1a1a1a">',
    paragraph(greeting),
    ...(code === undefined ? [] : [codeBlock(code)]),
    ...paragraphs.map(paragraph),
    paragraph(SIGNATURE),
    '</body></html>\n',
  ].join('\n');
