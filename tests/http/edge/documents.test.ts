import { expect } from 'chai';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { plantedRoutes } from './planted-routes.ts';
import { ask, startEdge, stopAll, type PlantedEdge } from './planted.ts';

type Json = Record<string, unknown>;

const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (place, key) => (typeof place === 'object' && place !== null ? (place as Json)[key] : undefined),
    value,
  );

/** Every place of a document, with its pointer. */
function* places(value: unknown, pointer = ''): Generator<readonly [string, Json]> {
  if (typeof value !== 'object' || value === null) return;
  yield [pointer, value as Json];
  for (const [key, member] of Object.entries(value)) yield* places(member, `${pointer}/${key}`);
}

describe('the OpenAPI document', () => {
  let edge: PlantedEdge;
  let document: Json;
  before(async () => {
    edge = await startEdge({
      deps: {
        rawRoutes: [
          {
            method: 'get',
            path: '/media/{token}/{path*}',
            tag: 'Media',
            summary: 'Bytes',
            refuses: [],
            serve: async (_usher, request, response) => void response.end(request.params['path']),
          },
        ],
        jwks: { keys: [{ kty: 'EC', kid: 'k1' }] },
      },
    });
    document = (await ask(`${edge.url}/openapi.json`)).body;
  });
  after(stopAll);

  it('is of version 3.1 and has every route, once', () => {
    expect(document['openapi']).to.equal('3.1.0');
    const ids = new Set<unknown>();
    for (const { method, path, reply, summary } of plantedRoutes) {
      const operation = at(document, 'paths', path, method);
      expect(operation, `${method} ${path}`).to.include({ summary });
      expect(at(operation, 'responses', reply.status), path).to.have.property('description');
      ids.add(at(operation, 'operationId'));
    }
    expect(ids.size).to.equal(plantedRoutes.length);
    expect(at(document, 'paths', '/media/{token}/{path}', 'get')).to.have.property('summary', 'Bytes');
    expect(at(document, 'paths', '/media/{token}/{path}', 'servers', 0, 'url')).to.equal('/');
  });

  it('has nothing that points nowhere, and only schemas that compile', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'openapi');
    let compiled = 0;
    for (const [pointer, place] of places(document)) {
      const target = place['$ref'];
      if (typeof target === 'string') {
        expect(at(document, ...target.slice(2).split('/')), `${target} at ${pointer}`).to.be.an('object');
      }
      if (/\/(schema|schemas\/\w+)$/.test(pointer)) {
        const own = JSON.parse(JSON.stringify(place).replaceAll('"#/', '"openapi#/')) as Json;
        expect(() => ajv.compile(own), pointer).not.to.throw();
        compiled += 1;
      }
    }
    expect(compiled).to.be.above(plantedRoutes.length);
  });

  it('names parameters, keys, bodies, security and refusals', () => {
    expect(at(document, 'components', 'schemas', 'Thing', 'type')).to.equal('object');
    expect(at(document, 'paths', '/things/{id}', 'get', 'parameters', 0)).to.include({
      name: 'id',
      in: 'path',
      required: true,
    });
    const list = at(document, 'paths', '/list', 'get', 'parameters') as Json[];
    expect(list.map(({ name }) => name)).to.deep.equal(['limit', 'cursor']);
    expect(at(list[0], 'schema')).to.deep.equal({ type: 'integer', minimum: 1, maximum: 100, default: 20 });
    expect(at(document, 'paths', '/once', 'post', 'parameters', 0)).to.include({ name: 'Idempotency-Key' });
    expect(at(document, 'paths', '/mine', 'get', 'security')).to.deep.equal([{ bearer: [] }]);
    const forKeys = at(document, 'paths', '/for-services', 'get');
    expect(forKeys).to.deep.include({
      description: 'A service key needs the scope `entitlements:read`.',
      security: [{ serviceKey: ['entitlements:read'] }, { bearer: [] }],
    });
    expect(at(forKeys, 'responses', '403', 'description')).to.contain('`request.insufficient-scope`');
    expect(at(document, 'components', 'securitySchemes')).to.have.keys('bearer', 'serviceKey');
    expect(at(document, 'paths', '/picture', 'put', 'requestBody', 'content')).to.have.keys(
      'image/png',
      'video/*',
    );
    const conflict = at(document, 'paths', '/once', 'post', 'responses', '409', 'content');
    expect(at(conflict, 'application/problem+json', 'schema', 'properties', 'code', 'enum')).to.deep.equal([
      'idempotency.in-progress',
    ]);
  });

  it('is shown by two pages that load nothing from elsewhere', async () => {
    for (const [path, files] of [
      ['/docs', ['/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js', '/docs/swagger-ui-init.js']],
      ['/docs/', []],
      ['/redoc', ['/redoc/redoc.standalone.js']],
    ] as const) {
      const response = await fetch(edge.url + path);
      const text = await response.text();
      expect(response.status, path).to.equal(200);
      expect(response.headers.get('content-type')).to.contain('text/html');
      expect(response.headers.get('content-security-policy')).to.contain("script-src 'self'");
      for (const file of files) {
        expect(text).to.contain(`"${file}"`);
        const answer = await fetch(edge.url + file);
        expect(answer.status, file).to.equal(200);
        expect((await answer.text()).length, file).to.be.above(100);
      }
    }
    const own = await (await fetch(`${edge.url}/docs/swagger-ui-init.js`)).text();
    expect(own).to.contain('/openapi.json');
  });

  it('stands beside the public keys', async () => {
    const answer = await ask(`${edge.url}/.well-known/jwks.json`);
    expect(answer.body).to.deep.equal({ keys: [{ kty: 'EC', kid: 'k1' }] });
  });

  it('does not keep raw routes from answering', async () => {
    const response = await fetch(`${edge.url}/media/t/a/b%20c`);
    expect(await response.text()).to.equal('a/b c');
  });
});
