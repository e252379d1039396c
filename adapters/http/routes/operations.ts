import { z } from 'zod';
import { route } from '../route.ts';
import { AdvanceView, advanceView, JobsView, jobsView, JobView, jobView } from '../views/operations.ts';

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
    handle: async ({ operations }, { params }) => ({ body: jobView(await operations.runJob(params.name)) }),
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
    handle: async ({ operations }, { params }) => {
      await operations.retryDelivery(params.delivery);
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
    handle: async ({ operations }, { body }) => ({
      body: advanceView(await operations.advanceClock(body.by)),
    }),
  }),
];
