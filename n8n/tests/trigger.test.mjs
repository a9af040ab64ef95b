// The trigger without n8n: nothing is lost, nothing comes twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import trigger from '../dist/nodes/ThreeCxTrigger/ThreeCxTrigger.node.js';
import { answer, context } from './fake.mjs';

/** A PBX with an event log that it can be asked for. */
function log(events) {
	return (options) => {
		const query = new URL(options.url).searchParams;
		const floor = Number(/gt (\d+)/.exec(query.get('$filter') ?? '')?.[1] ?? -1);
		const found = events.filter(({ Id }) => Id > floor);
		found.sort((a, b) => (query.get('$orderby') === 'Id desc' ? b.Id - a.Id : a.Id - b.Id));
		const skip = Number(query.get('$skip'));
		return answer({ value: found.slice(skip, skip + Number(query.get('$top'))) });
	};
}

const ids = (output) => (output ?? [[]])[0].map((item) => item.json.Id);

test('events come once, in order, across restarts, even those that turn up late', async () => {
	const events = Array.from({ length: 250 }, (_, id) => ({ Id: id * 2 + 1 }));
	const before = context([{ event: 'eventLog' }], log(events), { polling: true });
	const poll = (fake) => new trigger.ThreeCxTrigger().poll.call(fake);
	assert.equal(await poll(before), null);
	events.push({ Id: 501 }, { Id: 503 });
	assert.deepEqual(ids(await poll(before)), [501, 503]);
	assert.equal(await poll(before), null);
	// A restart: all that remains is what n8n keeps.
	const after = context([{ event: 'eventLog' }], log(events), { polling: true });
	Object.assign(after.staticData, JSON.parse(JSON.stringify(before.staticData)));
	events.push({ Id: 500 }, ...Array.from({ length: 150 }, (_, id) => ({ Id: 505 + id })));
	const told = ids(await poll(after));
	assert.equal(told.length, 151);
	assert.equal(told[0], 500);
	assert.equal(await poll(after), null);
});

test('a poll that is under way is not overtaken', async () => {
	const events = [{ Id: 1 }];
	const fake = context([{ event: 'eventLog' }], log(events), { polling: true });
	const poll = () => new trigger.ThreeCxTrigger().poll.call(fake);
	await poll();
	events.push({ Id: 2 });
	const told = await Promise.all([poll(), poll()]);
	assert.deepEqual(told.map(ids), [[2], []]);
	events.push({ Id: 3 });
	assert.deepEqual(ids(await poll()), [3]);
});

test('after a backup was restored, watching goes on from its newest number and says so', async () => {
	const events = Array.from({ length: 400 }, (_, id) => ({ Id: id + 1 }));
	const fake = context([{ event: 'eventLog' }], log(events), { polling: true });
	const poll = () => new trigger.ThreeCxTrigger().poll.call(fake);
	await poll();
	events.length = 100;
	// One poll finds nothing, the next looks what there is.
	assert.deepEqual([await poll(), await poll()], [null, null]);
	assert.equal(fake.warnings.length, 1);
	assert.match(fake.warnings[0], /400 and is 100 now; a backup was restored/);
	events.push({ Id: 101 });
	assert.deepEqual(ids(await poll()), [101]);
	assert.equal(fake.warnings.length, 1);
});

test('records are told when they are added, changed and removed', async () => {
	const users = new Map([
		[1, '100'],
		[2, '101'],
	]);
	const pbx = (options) => {
		assert.equal(new URL(options.url).searchParams.get('$select'), 'Id,Number');
		return answer({ value: [...users].map(([Id, Number]) => ({ Id, Number })) });
	};
	const parameters = { event: 'record', records: 'Users.ListUser', properties: ['Number'] };
	const fake = context([parameters], pbx, { polling: true });
	const poll = async () => {
		const [items] = (await new trigger.ThreeCxTrigger().poll.call(fake)) ?? [[]];
		return items.map(({ json }) => Object.values(json).join(' '));
	};
	assert.deepEqual(await poll(), []);
	users.set(2, '109').set(3, '102');
	assert.deepEqual(await poll(), ['changed 2 109', 'added 3 102']);
	users.delete(1);
	assert.deepEqual([await poll(), await poll(), await poll()], [[], ['removed 1'], []]);
});

test('a poll that brings no rows fails, and what is known stays', async () => {
	const page = { headers: { 'content-type': 'text/html' }, body: '<html>Maintenance</html>' };
	const senseless = [
		page,
		{ ...page, headers: { 'content-type': 'application/json' } },
		{ headers: {}, body: '' },
		{ statusCode: 204, headers: {}, body: '' },
		answer({}),
		answer([]),
		answer(null),
		answer({ value: null }),
		answer({ value: {} }),
		answer({ error: { message: 'in maintenance' } }),
		{ headers: { 'content-type': 'text/csv' }, body: 'Id,Number' },
	];
	const rows = {
		record: [{ Id: 1, Number: '100' }],
		activeCall: [{ Id: 1, Status: 'Talking' }],
		eventLog: [{ Id: 1 }],
		recording: [{ Id: 1, EndTime: '2026-01-31T10:00:00Z' }],
		callFinished: [{ CallId: 1, StartTime: '2026-01-31T10:00:00Z' }],
	};
	for (const event of Object.keys(rows)) {
		let response = answer({ value: rows[event] });
		const parameters = { event, records: 'Users.ListUser', longest: 4 };
		const fake = context([parameters], () => response, { polling: true });
		const poll = () => new trigger.ThreeCxTrigger().poll.call(fake);
		assert.equal(await poll(), null, event);
		const known = JSON.stringify(fake.staticData);
		for (const answered of senseless) {
			response = answered;
			for (let times = 0; times < 3; times++) {
				await assert.rejects(poll(), (error) => {
					assert.equal(error.constructor.name, 'NodeApiError', `${event} ${error}`);
					return true;
				});
			}
			assert.equal(JSON.stringify(fake.staticData), known, event);
		}
		// When the PBX is back, nothing has happened.
		response = answer({ value: rows[event] });
		assert.equal(await poll(), null, event);
		assert.equal(await poll(), null, event);
	}
});

test('a trial that brings no rows fails as well', async () => {
	const page = { headers: { 'content-type': 'text/html' }, body: '<html>' };
	const fake = context([{ event: 'eventLog' }], () => page, { polling: true, mode: 'manual' });
	await assert.rejects(new trigger.ThreeCxTrigger().poll.call(fake), /web page/);
});

test('the properties of the chosen records can be picked', async () => {
	const fake = context([{ event: 'record', records: 'Queues.ListQueue' }], () => assert.fail(), {});
	const { getProperties } = new trigger.ThreeCxTrigger().methods.loadOptions;
	const values = (await getProperties.call(fake)).map(({ value }) => value);
	assert.ok(values.includes('PollingStrategy') && !values.includes('Agents@odata.type'));
});

test('a trial shows the newest and leaves no trace', async () => {
	const events = Array.from({ length: 10 }, (_, id) => ({ Id: id }));
	const fake = context([{ event: 'eventLog' }], log(events), { polling: true, mode: 'manual' });
	assert.deepEqual(ids(await new trigger.ThreeCxTrigger().poll.call(fake)), [9, 8, 7]);
	assert.deepEqual(fake.staticData, {});
});
