import { z } from 'zod';
import { route } from '../route.ts';
import { Bytes, IdParam, ListOf, listOf, PageQuery, pageRequest } from '../schemas.ts';
import { BalanceView, balanceView, InvoiceView, invoiceView } from '../views/invoices.ts';

export const invoiceRoutes = [
  route({
    method: 'get',
    path: '/invoices',
    tag: 'Payments',
    summary: 'List my invoices, newest first',
    access: 'account',
    query: PageQuery,
    reply: { status: 200, schema: ListOf(InvoiceView) },
    refuses: [],
    handle: async ({ billing }, { actor, query }) => ({
      body: listOf(await billing.listInvoices(actor, pageRequest(query)), invoiceView),
    }),
  }),

  route({
    method: 'get',
    path: '/invoices/{id}',
    tag: 'Payments',
    summary: 'Show one of my invoices',
    access: 'account',
    params: IdParam,
    reply: { status: 200, schema: InvoiceView },
    refuses: ['request.not-found'],
    object: 'invoice',
    handle: async ({ billing }, { actor, params }) => ({
      body: invoiceView(await billing.findInvoice(actor, params.id)),
    }),
  }),

  route({
    method: 'get',
    path: '/invoices/{id}.pdf',
    tag: 'Payments',
    summary: 'Download one of my invoices as PDF',
    access: 'account',
    params: IdParam,
    reply: {
      status: 200,
      schema: Bytes,
      document: 'application/pdf',
      headers: { 'Content-Disposition': 'The name that a browser keeps it by.' },
    },
    refuses: ['request.not-found'],
    object: 'invoice',
    handle: async ({ billing }, { actor, params }) => {
      const { invoice, bytes } = await billing.printInvoice(actor, params.id);
      const name = `attachment; filename="invoice-${invoice.number}.pdf"`;
      return { body: bytes, headers: { 'Content-Disposition': name } };
    },
  }),

  route({
    method: 'get',
    path: '/payments/balance',
    tag: 'Payments',
    summary: 'Show the credit on my balance, by currency',
    access: 'account',
    reply: { status: 200, schema: z.object({ items: z.array(BalanceView) }) },
    refuses: [],
    handle: async ({ billing }, { actor }) => ({
      body: { items: (await billing.balancesOf(actor)).map(balanceView) },
    }),
  }),
];
