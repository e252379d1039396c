import type { AddressInfo } from 'node:net';
import express from 'express';
import { answerRefusals, composeUsher, metered, parseConfig, seedDemo } from 'usher/http';
import type { MeteredOptions } from 'usher/http';

const usher = await composeUsher(parseConfig({ LOG_LEVEL: 'error', ...process.env }));
await seedDemo(usher);
await usher.start();

const app = express();
app.use('/usher', usher.app());
app.use(express.json());
app.get('/plans/cheapest', async (_request, response) => {
  const { items } = await usher.faces.subscriptions.listPlans({ limit: 1 });
  const [cheapest] = items;
  response.json({ name: cheapest?.name ?? null });
});

const whose: MeteredOptions = { accountOf: (request) => request.get('x-account') };
app.use('/reports', metered(usher.faces.entitlements, 'reports', whose));
app.get('/reports/:name', (request, response) => void response.json(request.params));
app.use(answerRefusals);

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo;
  for (const path of ['/usher/api/v1/subscriptions/plans', '/plans/cheapest', '/reports/spring'])
    console.log((await fetch(`http://127.0.0.1:${port}${path}`)).status, path);
  server.close();
  await usher.close();
});
