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

test('a trial shows the newest and leaves no trace', async () => {
	const events = Array.from({ length: 10 }, (_, id) => ({ Id: id }));
	const fake = context([{ event: 'eventLog' }], log(events), { polling: true, mode: 'manual' });
	assert.deepEqual(ids(await new trigger.ThreeCxTrigger().poll.call(fake)), [9, 8, 7]);
	assert.deepEqual(fake.staticData, {});
});
