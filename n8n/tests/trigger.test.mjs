// The trigger without n8n: nothing is lost, nothing comes twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import trigger from '../dist/nodes/ThreeCxTrigger/ThreeCxTrigger.node.js';
import { answer, broken, context, refused } from './fake.mjs';

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
		const query = new URL(options.url).searchParams;
		if (query.get('$count') === 'true') return answer({ '@odata.count': users.size, value: [] });
		assert.equal(query.get('$select'), 'Id,Number');
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

test('an empty list is not all removed, and nothing to begin with, unless a count agrees', async () => {
	const users = [
		{ Id: 1, Number: '100' },
		{ Id: 2, Number: '101' },
	];
	const calls = [{ Id: 7, Status: 'Talking' }];
	// What stands in between answers everything with an empty list; or counts, and counts others.
	const lies = [
		() => answer({ value: [] }),
		() => answer({ '@odata.context': 'x', value: [] }),
		({ counted }) => answer(counted ? { '@odata.count': 2, value: [] } : { value: [] }),
		({ counted }) =>
			counted
				? { headers: { 'content-type': 'text/html' }, body: '<html>' }
				: answer({ value: [] }),
		({ counted }) => (counted ? answer({ error: { message: 'no' } }) : answer({ value: [] })),
	];
	for (const [event, rows, gone] of [
		['record', users, ['removed 1', 'removed 2']],
		['activeCall', calls, ['ended 7']],
	]) {
		for (const lie of lies) {
			let pbx = () => answer({ value: rows });
			const asked = (options) => pbx({ counted: new URL(options.url).searchParams.has('$count') });
			const parameters = { event, records: 'Users.ListUser', longest: 4 };
			const fake = context([parameters], asked, { polling: true });
			const poll = async () => {
				const [items] = (await new trigger.ThreeCxTrigger().poll.call(fake)) ?? [[]];
				return items.map(({ json }) => `${json.event} ${json.Id}`);
			};
			assert.deepEqual(await poll(), []);
			pbx = lie;
			for (let times = 0; times < 5; times++) assert.deepEqual(await poll().catch(() => []), []);
			// When the PBX is back, nothing has happened; when all are gone indeed, that is told once.
			pbx = () => answer({ value: rows });
			assert.deepEqual([await poll(), await poll()], [[], []]);
			pbx = () => answer({ '@odata.count': 0, value: [] });
			const told = [...(await poll()), ...(await poll()), ...(await poll())];
			assert.deepEqual(told, gone, event);
		}
	}
	for (const event of ['record', 'activeCall', 'eventLog', 'recording', 'callHistory']) {
		for (const lie of lies) {
			const parameters = { event, records: 'Users.ListUser', longest: 4 };
			const fake = context(
				[parameters],
				(options) => lie({ counted: new URL(options.url).searchParams.has('$count') }),
				{ polling: true },
			);
			await assert.rejects(new trigger.ThreeCxTrigger().poll.call(fake), undefined, event);
			assert.deepEqual(fake.staticData, {}, event);
		}
	}
});

test('a poll of a PBX that gives the same rows without end fails', async () => {
	const page = Array.from({ length: 100 }, (_, index) => ({ Id: index + 1 }));
	for (const event of ['record', 'eventLog', 'recording', 'activeCall']) {
		const parameters = { event, records: 'Users.ListUser', longest: 4 };
		const fake = context([parameters], () => answer({ value: page }), { polling: true });
		const poll = () => new trigger.ThreeCxTrigger().poll.call(fake);
		// To begin with, the numbered ones ask for their newest rows only.
		await poll().catch(() => {});
		const known = JSON.stringify(fake.staticData);
		await assert.rejects(poll(), /the same rows come again/, event);
		assert.equal(JSON.stringify(fake.staticData), known, event);
	}
});

test('what is filled in at the trigger may come from expressions', async () => {
	const sent = async (parameters) => {
		const fake = context(
			[parameters],
			() => answer({ value: [{ Id: 1, StartTime: '2026-01-31T10:00:00Z' }] }),
			{ polling: true },
		);
		await new trigger.ThreeCxTrigger().poll.call(fake);
		return { about: fake.staticData.about, url: decodeURIComponent(fake.sent[0].url) };
	};
	const usual = '{"event":"callFinished","longest":14400,"records":"","filter":"","properties":[]}';
	for (const longest of [4, '4', ' 4 ', 4.0, null, undefined, '']) {
		// What is kept of a poll is known by this text: it stays the same from version to version.
		assert.equal((await sent({ event: 'callFinished', longest })).about, usual, String(longest));
	}
	for (const longest of ['soon', NaN, -1, [4], {}]) {
		await assert.rejects(
			sent({ event: 'callFinished', longest }),
			/Longest Call: expected a number/,
		);
	}
	const record = { event: 'record', records: 'Users.ListUser' };
	for (const properties of [['Number', 'Mobile'], 'Number,Mobile', '["Number","Mobile"]']) {
		assert.match((await sent({ ...record, properties })).url, /\$select=Id,Number,Mobile/);
	}
	for (const filter of [null, undefined, ''])
		assert.doesNotMatch((await sent({ ...record, filter })).url, /filter/);
	await assert.rejects(sent({ ...record, filter: ['Id eq 1'] }), /Filter: expected text/);
	await assert.rejects(sent({ ...record, properties: [1] }), /Property Names or IDs: expected/);
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

test('where n8n starts before the PBX, the first poll does not fail and nothing is lost', async () => {
	const down = [
		() => {
			throw broken('ECONNREFUSED', 'connect');
		},
		() => {
			throw refused(503, '<html>');
		},
		() => ({ headers: { 'content-type': 'text/html' }, body: '<html>starting' }),
	];
	for (const fail of down) {
		for (const [activation, isKept] of [
			['init', true],
			['leadershipChange', true],
			['activate', false],
			['update', false],
		]) {
			const events = [{ Id: 1 }];
			let pbx = log(events);
			const options = { polling: true, activation, credential: { timeout: 1 } };
			const before = context([{ event: 'eventLog' }], (request) => pbx(request), options);
			await new trigger.ThreeCxTrigger().poll.call(before);
			// A restart, while the PBX is down.
			const after = context([{ event: 'eventLog' }], (request) => pbx(request), options);
			Object.assign(after.staticData, JSON.parse(JSON.stringify(before.staticData)));
			const poll = () => new trigger.ThreeCxTrigger().poll.call(after);
			pbx = fail;
			if (!isKept) {
				await assert.rejects(poll(), undefined, activation);
				continue;
			}
			assert.equal(await poll(), null);
			assert.equal(after.warnings.length, 1);
			assert.match(after.warnings[0], /The next poll tries again/);
			// Later failures are told: n8n keeps polling after them.
			await assert.rejects(poll());
			events.push({ Id: 2 });
			pbx = log(events);
			assert.deepEqual(ids(await poll()), [2]);
		}
	}
	// What does not pass by itself is told at once.
	const refusedLogin = () => {
		throw refused(403);
	};
	const fake = context([{ event: 'eventLog' }], refusedLogin, {
		polling: true,
		activation: 'init',
	});
	await assert.rejects(new trigger.ThreeCxTrigger().poll.call(fake));
});

test('a trial tells events in the shapes of real ones', async () => {
	const users = [1, 2, 3].map((Id) => ({ Id, Number: `10${Id}` }));
	for (const [event, what] of [
		['record', ['added', 'changed', 'removed']],
		['activeCall', ['started', 'changed', 'ended']],
	]) {
		const parameters = { event, records: 'Users.ListUser' };
		const options = { polling: true, mode: 'manual' };
		const fake = context([parameters], () => answer({ value: users }), options);
		const [items] = await new trigger.ThreeCxTrigger().poll.call(fake);
		assert.deepEqual(
			items.map(({ json }) => json.event),
			what,
		);
		assert.deepEqual(fake.staticData, {});
	}
});

test('a trial shows the newest and leaves no trace', async () => {
	const events = Array.from({ length: 10 }, (_, id) => ({ Id: id }));
	const fake = context([{ event: 'eventLog' }], log(events), { polling: true, mode: 'manual' });
	assert.deepEqual(ids(await new trigger.ThreeCxTrigger().poll.call(fake)), [9, 8, 7]);
	assert.deepEqual(fake.staticData, {});
});
