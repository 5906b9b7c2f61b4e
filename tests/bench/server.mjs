// A yardstick for the localhost port: Node's own server, giving the bytes of a file and nothing else.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const body = readFileSync(process.argv[2]);
const server = createServer((_, answer) => {
  answer.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  answer.end(body);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
