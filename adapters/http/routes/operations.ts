import { z } from 'zod';
import type { Faces } from '../faces.ts';
import { route, type RouteRequest } from '../route.ts';
import { AdvanceView, advanceView, JobsView, jobsView, JobView, jobView } from '../views/operations.ts';

type Asked = Pick<RouteRequest<'admin', unknown, unknown, unknown>, 'actor' | 'address'>;

/**
 * Written down before it is done: a process that dies in between leaves a line too many rather than one too
 * few. So a line says what was asked for; what came of it is in the rows of the job, the delivery, the clock.
 */
const noted = ({ identity }: Faces, { actor, address }: Asked, what: { action: string; object: string }) =>
  identity.recordAudit({ actor, accountId: null, address, ...what });

export const operationsRoutes = [
  route({
    method: 'get',
    path: '/admin/jobs',
    tag: 'Operations',
    summary: 'Show how the background work is doing',
    access: 'admin',
    reply: { status: 200, schema: JobsView },
    refuses: [],
    handle: async ({ operations }) => {
      const [jobs, backlog] = await Promise.all([operations.jobReports(), operations.backlog()]);
      return { body: jobsView(jobs, backlog) };
    },
  }),

  route({
    method: 'post',
    path: '/admin/jobs/{name}/run',
    tag: 'Operations',
    summary: 'Run one job now; its failure is in the answer',
    access: 'admin',
    params: z.object({ name: z.string().max(100) }),
    reply: { status: 200, schema: JobView },
    refuses: ['request.not-found'],
    handle: async (usher, { params, ...asked }) => {
      await noted(usher, asked, { action: 'job.run', object: `job:${params.name}` });
      return { body: jobView(await usher.operations.runJob(params.name)) };
    },
  }),

  route({
    method: 'post',
    path: '/admin/jobs/deliveries/{delivery}/retry',
    tag: 'Operations',
    summary: 'Try a dead delivery anew',
    access: 'admin',
    // Not `id`: with a queue of our own it is an event's id and a reaction's name.
    params: z.object({ delivery: z.string().max(200) }),
    reply: { status: 204 },
    refuses: ['request.not-found'],
    handle: async (usher, { params, ...asked }) => {
      await noted(usher, asked, { action: 'delivery.retried', object: `delivery:${params.delivery}` });
      await usher.operations.retryDelivery(params.delivery);
      return { body: undefined };
    },
  }),

  route({
    method: 'post',
    path: '/admin/clock/advance',
    tag: 'Operations',
    summary: 'Move the virtual clock forward; 404 on the system’s time',
    access: 'admin',
    body: z.object({
      by: z
        .string()
        .max(64)
        .meta({ description: 'An ISO 8601 duration of at most ten years.', examples: ['P40D', 'PT90M'] }),
    }),
    reply: { status: 200, schema: AdvanceView },
    refuses: ['request.not-found'],
    handle: async (usher, { body, ...asked }) => {
      await noted(usher, asked, { action: 'clock.advanced', object: `clock:${body.by}` });
      return { body: advanceView(await usher.operations.advanceClock(body.by)) };
    },
  }),
];
