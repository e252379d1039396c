import express from 'express';

/** What segments are measured against: `express.static` as it comes, over a folder, in a process of its own. */
const app = express();
app.use(express.static(process.argv[2] ?? '.'));
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) process.stdout.write(`http://127.0.0.1:${address.port}\n`);
});
