// The gate: a PBX keeps one live token per client, so parallel executions must not take turns at
// fetching one.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import node from '../dist/nodes/ThreeCx/ThreeCx.node.js';
import { context, nothing, refused } from './fake.mjs';

const item = { operation: 'Users.ReprovisionAllPhones', ids: '[1]' };
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('calls go one by one until one has succeeded, then all at once', async () => {
	let [now, most, first] = [0, 0, true];
	const pbx = async () => {
		now++;
		most = Math.max(most, now);
		const alone = first;
		first = false;
		for (let turns = 0; turns < 5; turns++) await turn();
		if (alone) assert.equal(most, 1);
		now--;
		return nothing;
	};
	const fake = context([item], pbx);
	await Promise.all(Array.from({ length: 20 }, () => new node.ThreeCx().execute.call(fake)));
	assert.equal(fake.sent.length, 20);
	assert.ok(most > 1);
});

test('after a 401 all calls wait for one, and nothing is lost', async () => {
	let token = 'old';
	let fetched = 0;
	const pbx = async () => {
		const mine = token;
		await turn();
		if (mine === 'old') {
			fetched++;
			token = 'new';
			throw refused(401);
		}
		return nothing;
	};
	const fake = context([item], pbx);
	await Promise.all(Array.from({ length: 30 }, () => new node.ThreeCx().execute.call(fake)));
	assert.equal(fetched, 1);
	assert.equal(fake.sent.length, 31);
});

test('a token that never holds ends in an error that names the credential', async () => {
	const fake = context([item], async () => {
		throw refused(401);
	});
	await assert.rejects(new node.ThreeCx().execute.call(fake), (error) => {
		assert.equal(error.httpCode, '401');
		assert.match(error.message, /does not accept these credentials/);
		return true;
	});
	assert.equal(fake.sent.length, 4);
});
