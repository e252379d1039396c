import { expect } from 'chai';
import { Client } from '../world/client.ts';
import { createPlanOn } from '../world/plans.ts';
import { DURABLE_STORES, openGround, type Ground } from './ground.ts';
import { ADMIN, stage } from './staging.ts';

const STARTS = 20;
const LIMIT = 2;

for (const store of DURABLE_STORES) {
  describe(`two processes on one ${store}, asked for seats at once`, function () {
    this.timeout(60_000);
    let ground: Ground;
    beforeEach(async () => {
      ground = await openGround(store);
    });
    afterEach(() => ground.close());

    it(`give ${LIMIT} of ${LIMIT} to ${STARTS} devices, and one to the next when one is given back`, async () => {
      const { titleId } = await stage(ground);
      const [one, two] = await Promise.all([ground.serve(), ground.serve()]);
      const terms = { code: 'pair', max_devices_allowed: LIMIT, access_level: 'premium' };
      const plan = await createPlanOn(await Client.logIn(one.base, ADMIN), terms);
      const viewer = await Client.register(one.base, {
        email: 'household@example.com',
        password: 'twenty screens, two seats',
      });
      expect((await viewer.post('/payments', { plan_id: plan })).status).to.equal(201);
      const [here, there] = [viewer, await Client.logIn(two.base, viewer.credentials)];
      const start = (at: Client, device: string) =>
        at.post('/playback/sessions', { title_id: titleId, device_id: device });

      const answers = await Promise.all(
        Array.from({ length: STARTS }, (_, index) =>
          start(index % 2 === 0 ? here : there, `device ${index}`),
        ),
      );

      const seated = answers.filter(({ status }) => status === 201);
      const refused = answers.filter(({ status }) => status !== 201);
      expect(seated).to.have.length(LIMIT);
      for (const { status, body } of refused) {
        expect([status, body['code']]).to.deep.equal([409, 'playback.stream-limit-reached']);
        expect(body['limit']).to.equal(LIMIT);
      }
      for (const at of [here, there])
        expect((await at.get('/playback/sessions')).body['items']).to.have.length(LIMIT);

      expect((await there.delete(`/playback/sessions/${seated[0]?.body['id']}`)).status).to.equal(204);
      expect((await start(here, 'one more')).status).to.equal(201);
      expect((await start(there, 'one too many')).status).to.equal(409);
    });
  });
}
