import express from 'express';

/** What everything is measured against: a bare Express 5, etag off, in a process of its own. */
const app = express();
app.set('etag', false);
app.get('/bare', (_request, response) => {
  response.json({ ok: true, at: 1 });
});
app.post('/bare', express.json(), (request, response) => {
  response.json({ ok: true, seq: (request.body as { seq: number }).seq });
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) process.stdout.write(`http://127.0.0.1:${address.port}\n`);
});
