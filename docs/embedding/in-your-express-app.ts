import type { AddressInfo } from 'node:net';
import express from 'express';
import { answerRefusals, composeUsher, parseConfig, seedDemo } from 'usher/http';

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
app.use(answerRefusals);

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo;
  for (const path of ['/usher/api/v1/subscriptions/plans', '/usher/docs', '/plans/cheapest'])
    console.log((await fetch(`http://127.0.0.1:${port}${path}`)).status, path);
  server.close();
  await usher.close();
});
